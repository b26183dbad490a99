-- Who has a case before their eyes. A browser says so again and again; what it last said holds for
-- a minute and is forgotten later.
CREATE TABLE presence (
    case_id  TEXT   NOT NULL,
    staff_id TEXT   NOT NULL,
    state    TEXT   NOT NULL CHECK (state IN ('looking', 'open', 'replying')),
    at_ms    BIGINT NOT NULL,
    PRIMARY KEY (case_id, staff_id)
);
CREATE INDEX presence_by_age ON presence (at_ms);
