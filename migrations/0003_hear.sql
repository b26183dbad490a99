-- What was said, in its raw form first, then as feedback; and who said it.

-- Raw arrivals, kept before anything else happens. `source_key` makes each arrival exactly one.
CREATE TABLE arrival (
    id             TEXT   NOT NULL PRIMARY KEY,
    channel        TEXT   NOT NULL,
    source_key     TEXT   NOT NULL UNIQUE,
    batch_id       TEXT,
    sha256         TEXT   NOT NULL,
    size           BIGINT NOT NULL,
    raw            BYTEA  NOT NULL,
    envelope       TEXT   NOT NULL,
    received_at_ms BIGINT NOT NULL,
    state          TEXT   NOT NULL DEFAULT 'kept'
                   CHECK (state IN ('kept', 'understood', 'unreadable', 'undone')),
    error          TEXT   NOT NULL DEFAULT '',
    feedback_id    TEXT,
    case_id        TEXT
);
CREATE INDEX arrival_unreadable ON arrival (received_at_ms) WHERE state = 'unreadable';
CREATE INDEX arrival_kept ON arrival (received_at_ms) WHERE state = 'kept';
CREATE INDEX arrival_by_batch ON arrival (batch_id, id) WHERE batch_id IS NOT NULL;

-- One thing said to us or about us.
CREATE TABLE feedback (
    id             TEXT   NOT NULL PRIMARY KEY,
    number         BIGINT NOT NULL UNIQUE,
    arrival_id     TEXT   NOT NULL,
    unit_id        TEXT   NOT NULL,
    channel        TEXT   NOT NULL,
    source         TEXT   NOT NULL DEFAULT '',
    public         BIGINT NOT NULL CHECK (public IN (0, 1)),
    kind           TEXT   NOT NULL,
    author         TEXT   NOT NULL,
    address        TEXT   NOT NULL DEFAULT '',
    subject        TEXT   NOT NULL,
    text           TEXT   NOT NULL,
    folded         TEXT,
    language       TEXT   NOT NULL DEFAULT '',
    rating         BIGINT,
    reach_known    BIGINT,
    url            TEXT   NOT NULL DEFAULT '',
    said_at_ms     BIGINT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    reading        TEXT   NOT NULL,
    customer_id    TEXT,
    case_id        TEXT,
    explanation    TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX feedback_public ON feedback (unit_id, said_at_ms DESC, id) WHERE public = 1;
CREATE INDEX feedback_loose ON feedback (unit_id, received_at_ms DESC, id) WHERE case_id IS NULL;
CREATE INDEX feedback_by_case ON feedback (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX feedback_by_customer ON feedback (customer_id, said_at_ms)
    WHERE customer_id IS NOT NULL;

CREATE TABLE feedback_file (
    feedback_id TEXT   NOT NULL REFERENCES feedback (id),
    place       BIGINT NOT NULL,
    sha256      TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    media_type  TEXT   NOT NULL,
    size        BIGINT NOT NULL,
    PRIMARY KEY (feedback_id, place)
);

-- Imports of files, so that they can be resumed and undone.
CREATE TABLE import_batch (
    id          TEXT   NOT NULL PRIMARY KEY,
    file_name   TEXT   NOT NULL,
    file_sha256 TEXT   NOT NULL,
    format      TEXT   NOT NULL,
    mapping     TEXT   NOT NULL,
    unit_id     TEXT   NOT NULL,
    row_done    BIGINT NOT NULL DEFAULT 0,
    n_new       BIGINT NOT NULL DEFAULT 0,
    n_known     BIGINT NOT NULL DEFAULT 0,
    n_bad       BIGINT NOT NULL DEFAULT 0,
    state       TEXT   NOT NULL CHECK (state IN ('running', 'done', 'undone')),
    made_at_ms  BIGINT NOT NULL
);
CREATE INDEX import_batch_by_file ON import_batch (file_sha256);

-- Customers and how we know them. An address belongs to one customer of a unit.
CREATE TABLE customer (
    id         TEXT   NOT NULL PRIMARY KEY,
    number     BIGINT NOT NULL UNIQUE,
    unit_id    TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    language   TEXT   NOT NULL DEFAULT '',
    since_ms   BIGINT NOT NULL,
    n_cases    BIGINT NOT NULL DEFAULT 0,
    wishes     TEXT   NOT NULL DEFAULT '',
    needs_care BIGINT NOT NULL DEFAULT 0,
    made_at_ms BIGINT NOT NULL
);
CREATE INDEX customer_by_name ON customer (unit_id, name, id);

CREATE TABLE identity (
    unit_id        TEXT   NOT NULL,
    kind           TEXT   NOT NULL CHECK (kind IN ('email', 'phone', 'handle', 'reference')),
    value          TEXT   NOT NULL,
    customer_id    TEXT   NOT NULL REFERENCES customer (id),
    verified_at_ms BIGINT,
    made_at_ms     BIGINT NOT NULL,
    PRIMARY KEY (unit_id, kind, value)
);
CREATE INDEX identity_by_customer ON identity (customer_id);
