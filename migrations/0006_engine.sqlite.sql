CREATE TABLE event (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    written_in BIGINT NOT NULL DEFAULT 0,
    case_id    TEXT   NOT NULL,
    n          BIGINT NOT NULL,
    at_ms      BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    previous   TEXT   NOT NULL,
    hash       TEXT   NOT NULL,
    UNIQUE (case_id, n)
);
CREATE TABLE running_number (name TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);
INSERT INTO running_number (name, n)
VALUES ('case', 10000), ('feedback', 1000), ('customer', 1000), ('promise', 1000), ('search', 0);
CREATE VIRTUAL TABLE search_text USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);
