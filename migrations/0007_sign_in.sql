-- Signing in: how often it was tried, so that limits hold on every node and after a restart;
-- links that may be used more than once; people who are out, and who stands in for them.
CREATE TABLE sign_in_rate (
    who        TEXT   NOT NULL PRIMARY KEY,
    tries      TEXT   NOT NULL,
    last_at_ms BIGINT NOT NULL
);
CREATE INDEX sign_in_rate_age ON sign_in_rate (last_at_ms);

-- Only links of a practice company are for many presses.
ALTER TABLE link ADD COLUMN multi_use BIGINT NOT NULL DEFAULT 0;
CREATE INDEX link_by_staff ON link (staff_id) WHERE staff_id IS NOT NULL;

-- A shift is what somebody says of the moment; out of office has a beginning and an end.
ALTER TABLE staff ADD COLUMN shift TEXT NOT NULL DEFAULT 'on'
    CHECK (shift IN ('on', 'wrapping-up', 'away'));
ALTER TABLE staff ADD COLUMN out_from_ms BIGINT;
ALTER TABLE staff ADD COLUMN out_until_ms BIGINT;
ALTER TABLE staff ADD COLUMN stand_in_id TEXT;

ALTER TABLE team ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE team ADD COLUMN ended_at_ms BIGINT;
ALTER TABLE unit ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE unit ADD COLUMN ended_at_ms BIGINT;
