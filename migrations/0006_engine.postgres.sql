CREATE TABLE event (
    seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    written_in BIGINT NOT NULL DEFAULT txid_current(),
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
CREATE INDEX event_feed ON event (written_in, seq);
CREATE SEQUENCE number_case START 10001;
CREATE SEQUENCE number_feedback START 1001;
CREATE SEQUENCE number_customer START 1001;
CREATE SEQUENCE number_promise START 1001;
CREATE SEQUENCE number_search START 1;
CREATE TABLE search_text (
    id    BIGINT   NOT NULL PRIMARY KEY,
    words tsvector NOT NULL
);
CREATE INDEX search_text_words ON search_text USING gin (words);
