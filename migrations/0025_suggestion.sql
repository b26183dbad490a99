-- What an optional language model last said to somebody on a case, until they take it or set it
-- aside. It is no part of the record, and forgotten with time.
CREATE TABLE suggestion (
    case_id    TEXT   NOT NULL,
    staff_id   TEXT   NOT NULL,
    id         TEXT   NOT NULL UNIQUE,
    kind       TEXT   NOT NULL CHECK
        (kind IN ('reply', 'summary', 'message_translation', 'draft_translation')),
    model      TEXT   NOT NULL,
    text       TEXT   NOT NULL,
    -- How many personal data were taken out of what was asked, and links out of what was said.
    hidden     BIGINT NOT NULL,
    links      BIGINT NOT NULL,
    is_cut     BIGINT NOT NULL CHECK (is_cut IN (0, 1)),
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (case_id, staff_id)
);
CREATE INDEX suggestion_by_age ON suggestion (made_at_ms);

-- What models have cost: one row for a day (2026-11-19) and one for a month (2026-11), in UTC.
CREATE TABLE suggestion_spent (
    period   TEXT   NOT NULL PRIMARY KEY,
    requests BIGINT NOT NULL,
    tokens   BIGINT NOT NULL
);
