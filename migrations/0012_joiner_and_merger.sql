-- Those who wrote on a case they take no part in, and cases that are part of another. Both can be
-- made again from `event` by `redress rebuild`.

-- `body` is the whole of it as the event has it; the columns are what is looked for.
CREATE TABLE joiner (
    message_id  TEXT   NOT NULL PRIMARY KEY,
    case_id     TEXT   NOT NULL,
    customer_id TEXT   NOT NULL,
    author      TEXT   NOT NULL,
    address     TEXT   NOT NULL,
    state       TEXT   NOT NULL CHECK (state IN ('waits', 'accepted', 'split')),
    part        TEXT   NOT NULL DEFAULT '',
    body        TEXT   NOT NULL,
    at_ms       BIGINT NOT NULL
);
CREATE INDEX joiner_by_case ON joiner (case_id, state, at_ms);

-- The case `case_id` is part of `into_id`, whose number is `into_number`.
CREATE TABLE merger (
    case_id     TEXT   NOT NULL PRIMARY KEY,
    into_id     TEXT   NOT NULL,
    into_number BIGINT NOT NULL,
    at_ms       BIGINT NOT NULL
);
