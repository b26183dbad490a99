-- The same picture in several mails is a logo: found by its hash.
CREATE INDEX feedback_file_by_hash ON feedback_file (sha256);
