-- Changes to many cases at once: each is a job with progress, and one undo takes it back.
-- `act` is what is done to every case, as JSON; `says` tells it in words, with `{n}` for how many.
CREATE TABLE bulk_change (
    id          TEXT   NOT NULL PRIMARY KEY,
    staff_id    TEXT   NOT NULL,
    act         TEXT   NOT NULL,
    says        TEXT   NOT NULL CHECK (says <> ''),
    state       TEXT   NOT NULL CHECK (state IN ('running', 'done', 'stopped')),
    total       BIGINT NOT NULL,
    changed     BIGINT NOT NULL DEFAULT 0,
    same        BIGINT NOT NULL DEFAULT 0,
    refused     BIGINT NOT NULL DEFAULT 0,
    made_at_ms  BIGINT NOT NULL,
    ended_at_ms BIGINT,
    undoes      TEXT,
    undone_by   TEXT
);
CREATE INDEX bulk_change_by_staff ON bulk_change (staff_id, made_at_ms);

-- What became of each case; an empty outcome still waits. `version` is what the case had when it was
-- chosen; `reverse` is what takes its change back, as JSON.
CREATE TABLE bulk_row (
    bulk_id TEXT   NOT NULL,
    place   BIGINT NOT NULL,
    number  BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    outcome TEXT   NOT NULL DEFAULT '' CHECK (outcome IN ('', 'changed', 'same', 'refused')),
    code    TEXT   NOT NULL DEFAULT '',
    why     TEXT   NOT NULL DEFAULT '',
    reverse TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (bulk_id, place)
);
CREATE INDEX bulk_row_by_outcome ON bulk_row (bulk_id, outcome, place);
