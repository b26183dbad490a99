-- Who handed in so much within minutes that no program writes to them until somebody decides or it
-- is quiet again. What they wrote is kept and handled like any other.
CREATE TABLE held_sender (
    customer_id   TEXT   NOT NULL PRIMARY KEY,
    unit_id       TEXT   NOT NULL,
    address       TEXT   NOT NULL,
    since_ms      BIGINT NOT NULL,
    last_ms       BIGINT NOT NULL,
    decision      TEXT   NOT NULL DEFAULT '' CHECK (decision IN ('', 'let_go', 'kept')),
    decided_by    TEXT,
    decided_at_ms BIGINT
);
