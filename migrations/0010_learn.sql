-- What people corrected, what was learnt of it, and which advice of the coach helps.

-- What a person says of a reading, one row for each thing read of a text: `was` is what was read,
-- `is_right` what is right. Where both are the same, the reading was looked at and confirmed.
CREATE TABLE correction (
    feedback_id TEXT   NOT NULL,
    label       TEXT   NOT NULL CHECK (label IN ('kind', 'severity', 'feeling')),
    case_id     TEXT,
    unit_id     TEXT   NOT NULL,
    text_hash   TEXT   NOT NULL,
    was         TEXT   NOT NULL,
    was_sure    DOUBLE PRECISION NOT NULL,
    because     TEXT   NOT NULL,
    is_right    TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    by_id       TEXT   NOT NULL,
    model       TEXT   NOT NULL,
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (feedback_id, label)
);
CREATE INDEX correction_latest ON correction (at_ms DESC, feedback_id, label);

-- Models learnt from corrections, with their figures on corrections that were held back.
CREATE TABLE reading_model (
    id             TEXT   NOT NULL PRIMARY KEY,
    label          TEXT   NOT NULL CHECK (label IN ('kind', 'severity', 'feeling')),
    state          TEXT   NOT NULL CHECK
        (state IN ('proposed', 'not_better', 'adopted', 'replaced', 'rolled_back')),
    version        TEXT   NOT NULL,
    file_sha256    TEXT   NOT NULL,
    figures        TEXT   NOT NULL,
    learnt_until_ms BIGINT NOT NULL,
    made_at_ms     BIGINT NOT NULL,
    decided_at_ms  BIGINT,
    decided_by     TEXT
);
CREATE INDEX reading_model_latest ON reading_model (made_at_ms DESC, id);
CREATE UNIQUE INDEX reading_model_adopted ON reading_model (label) WHERE state = 'adopted';

-- What became of the coach's findings when a message left: teams, never persons.
CREATE TABLE coach_outcome (
    message_id TEXT   NOT NULL,
    rule       TEXT   NOT NULL,
    what       TEXT   NOT NULL CHECK (what IN ('used', 'kept', 'sent_anyway')),
    n          BIGINT NOT NULL CHECK (n > 0),
    language   TEXT   NOT NULL,
    unit_id    TEXT   NOT NULL,
    team_id    TEXT   NOT NULL,
    at_ms      BIGINT NOT NULL,
    PRIMARY KEY (message_id, rule, what)
);
CREATE INDEX coach_outcome_by_time ON coach_outcome (at_ms);

-- What was answered when the publicity check was made before a message left.
CREATE TABLE publicity_check (
    message_id      TEXT   NOT NULL PRIMARY KEY,
    case_id         TEXT   NOT NULL,
    unit_id         TEXT   NOT NULL,
    opened_because  TEXT   NOT NULL,
    embarrasses     BIGINT NOT NULL CHECK (embarrasses IN (0, 1)),
    proud           BIGINT NOT NULL CHECK (proud IN (0, 1)),
    held_against_us BIGINT NOT NULL CHECK (held_against_us IN (0, 1)),
    why             TEXT   NOT NULL,
    by_id           TEXT   NOT NULL,
    at_ms           BIGINT NOT NULL
);

-- Rules of the coach: which of those that ship are off, and the organisation's own. `body` is the
-- rule pack (TOML) of an own rule, and empty for one that ships.
CREATE TABLE coach_rule (
    id            TEXT   NOT NULL PRIMARY KEY,
    language      TEXT   NOT NULL,
    is_off        BIGINT NOT NULL CHECK (is_off IN (0, 1)),
    says          TEXT   NOT NULL,
    body          TEXT   NOT NULL,
    changed_by    TEXT   NOT NULL,
    changed_at_ms BIGINT NOT NULL
);
