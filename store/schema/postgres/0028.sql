-- The pairs of words that a phrase is found by have been joined by those with a word that stands
-- nearly everywhere: the step is followed by searchStep's, which writes those of all items.
DELETE FROM search;
