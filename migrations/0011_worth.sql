-- What customers order and hold contracts for, what they are worth by that, and hints on how they
-- complain. Nothing here is read by what decides order, clocks or remedies.
CREATE TABLE purchase (
    unit_id      TEXT   NOT NULL,
    reference    TEXT   NOT NULL,
    customer_id  TEXT   NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency     TEXT   NOT NULL,
    at_ms        BIGINT NOT NULL,
    PRIMARY KEY (unit_id, reference)
);
CREATE INDEX purchase_by_customer ON purchase (customer_id, at_ms);

-- `margin_minor` is what a month brings, `retention` the share that stays each month.
CREATE TABLE contract (
    unit_id      TEXT   NOT NULL,
    reference    TEXT   NOT NULL,
    customer_id  TEXT   NOT NULL,
    margin_minor BIGINT NOT NULL CHECK (margin_minor >= 0),
    currency     TEXT   NOT NULL,
    retention    DOUBLE PRECISION NOT NULL CHECK (retention >= 0 AND retention < 1),
    since_ms     BIGINT NOT NULL,
    ended_at_ms  BIGINT,
    PRIMARY KEY (unit_id, reference)
);
CREATE INDEX contract_by_customer ON contract (customer_id);

-- What a customer is worth; worked out again each night. `lower_share` is the share of customers
-- of the unit who are worth less.
CREATE TABLE customer_value (
    customer_id    TEXT   NOT NULL PRIMARY KEY,
    unit_id        TEXT   NOT NULL,
    method         TEXT   NOT NULL CHECK (method IN ('orders', 'contract')),
    expected_minor BIGINT NOT NULL,
    low_minor      BIGINT NOT NULL,
    high_minor     BIGINT NOT NULL,
    currency       TEXT   NOT NULL,
    lower_share    DOUBLE PRECISION NOT NULL,
    formula        TEXT   NOT NULL,
    worked_out_at_ms BIGINT NOT NULL
);

-- Hints on how a customer complains, with what speaks for them; a person may say "not right".
CREATE TABLE archetype_hint (
    customer_id  TEXT   NOT NULL,
    archetype    TEXT   NOT NULL CHECK
        (archetype IN ('meek', 'aggressive', 'high_roller', 'chronic', 'barnacle')),
    strength     DOUBLE PRECISION NOT NULL,
    evidence     TEXT   NOT NULL,
    found_at_ms  BIGINT NOT NULL,
    ends_at_ms   BIGINT NOT NULL,
    refuted_by   TEXT,
    refuted_at_ms BIGINT,
    PRIMARY KEY (customer_id, archetype)
);
