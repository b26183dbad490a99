-- What can be found, one row a document: a subject, a message, a note, a person.
CREATE TABLE search_document (
    id        BIGINT NOT NULL PRIMARY KEY,
    case_id   TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    thing_id  TEXT   NOT NULL,
    at_ms     BIGINT NOT NULL
);
CREATE INDEX search_document_by_case ON search_document (case_id);
