-- Which of a customer's addresses letters go to, where somebody said so: the one said last. Without
-- a word, a verified one first, else the first we knew.
ALTER TABLE identity ADD COLUMN preferred_at_ms BIGINT;
-- Whoever wrote a letter that did not arrive is told; few cases have one.
CREATE INDEX case_undelivered ON "case" (tray, id) WHERE undelivered <> '[]';
-- Who was taken in on one case is known on the case that it becomes part of.
CREATE INDEX joiner_by_customer ON joiner (customer_id, state);
