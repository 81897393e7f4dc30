
-- The index takes new words to a list, in which a search finds them too, and autovacuum sorts them
-- in: there and not in the transaction of a mail, which all others wait for. What is no longer than
-- a page is neither packed nor moved out.
ALTER TABLE search ALTER COLUMN words SET STORAGE EXTERNAL;
ALTER TABLE search SET (
	toast_tuple_target = 8160,
	autovacuum_analyze_threshold = 500, autovacuum_analyze_scale_factor = 0
);
ALTER INDEX search_words SET (gin_pending_list_limit = 65536);
