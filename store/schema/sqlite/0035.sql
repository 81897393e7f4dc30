-- The pairs of words that a phrase is found by have been joined by those with a word that stands
-- nearly everywhere: the step is followed by searchStep's, which writes those of all items.
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');
