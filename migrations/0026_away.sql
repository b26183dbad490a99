-- Until when a customer is away, as their program answered (an ISO date, or empty), and whether
-- their last words came encrypted.
ALTER TABLE "case" ADD COLUMN back_on TEXT NOT NULL DEFAULT '';
ALTER TABLE "case" ADD COLUMN encrypted BIGINT NOT NULL DEFAULT 0 CHECK (encrypted IN (0, 1));
