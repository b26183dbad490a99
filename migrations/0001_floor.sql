-- What the shared floor keeps: work to do, letters to send, files, keys of requests.
-- Times are milliseconds since 1970-01-01 UTC. Booleans are 0 or 1.

-- Work nobody waits for. `fence` grows with each claim, so a late worker cannot finish it.
CREATE TABLE job (
    id            TEXT   NOT NULL PRIMARY KEY,
    kind          TEXT   NOT NULL,
    body          TEXT   NOT NULL,
    due_at_ms     BIGINT NOT NULL,
    held_until_ms BIGINT NOT NULL DEFAULT 0,
    fence         BIGINT NOT NULL DEFAULT 0,
    attempts      BIGINT NOT NULL DEFAULT 0,
    state         TEXT   NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'dead')),
    error         TEXT   NOT NULL DEFAULT '',
    made_at_ms    BIGINT NOT NULL
);
CREATE INDEX job_due ON job (due_at_ms) WHERE state = 'due';
CREATE INDEX job_dead ON job (made_at_ms, id) WHERE state = 'dead';

-- Letters that leave once. `key` is the message's id; the Message-ID is fixed before the first try.
CREATE TABLE outbox (
    key           TEXT   NOT NULL PRIMARY KEY,
    case_id       TEXT   NOT NULL,
    channel       TEXT   NOT NULL,
    recipient     TEXT   NOT NULL,
    envelope      TEXT   NOT NULL,
    state         TEXT   NOT NULL
                  CHECK (state IN ('held', 'sending', 'sent', 'uncertain', 'failed', 'undone')),
    leaves_at_ms  BIGINT NOT NULL,
    held_until_ms BIGINT NOT NULL DEFAULT 0,
    fence         BIGINT NOT NULL DEFAULT 0,
    attempts      BIGINT NOT NULL DEFAULT 0,
    answer        TEXT   NOT NULL DEFAULT '',
    changed_at_ms BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (leaves_at_ms) WHERE state IN ('held', 'sending');
CREATE INDEX outbox_by_case ON outbox (case_id);
CREATE INDEX outbox_asking ON outbox (changed_at_ms) WHERE state IN ('uncertain', 'failed');

-- Files by what is in them. A file is written once and never changed.
CREATE TABLE file (
    sha256     TEXT   NOT NULL PRIMARY KEY,
    size       BIGINT NOT NULL,
    bytes      BYTEA  NOT NULL,
    kept_at_ms BIGINT NOT NULL
);

-- Answers already given to a request with this key, so that a retry gets the same one.
CREATE TABLE request_key (
    scope      TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    body_hash  TEXT   NOT NULL,
    status     BIGINT NOT NULL DEFAULT 0,
    answer     TEXT   NOT NULL DEFAULT '',
    made_at_ms BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX request_key_age ON request_key (made_at_ms);

-- Counters as sums of small rows, so that two writers never wait for one number.
-- A job folds old rows together.
CREATE TABLE tally (
    id   TEXT   NOT NULL PRIMARY KEY,
    name TEXT   NOT NULL,
    n    BIGINT NOT NULL
);
CREATE INDEX tally_by_name ON tally (name);

-- Facts about this installation: keys made at first start, the organisation's settings.
CREATE TABLE setting (
    name          TEXT   NOT NULL PRIMARY KEY,
    value         TEXT   NOT NULL,
    changed_at_ms BIGINT NOT NULL
);
