-- The house's own words for cases: `kind` says whether it is a label or a cause. One that
-- is `ended` is offered no more; cases that carry it keep it.
CREATE TABLE label (
    id          TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL CHECK (name <> ''),
    kind        TEXT   NOT NULL CHECK (kind IN ('label', 'cause')),
    ended       BIGINT NOT NULL DEFAULT 0,
    made_at_ms  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

-- Ids of the labels a case carries, as JSON; made again from `event` like the rest of the row.
ALTER TABLE "case" ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';
