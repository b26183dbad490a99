-- Answers of the complaint form on their way from page to page, under a token kept as its hash.
-- They live seven days; what was sent lives on as its arrival.
CREATE TABLE form_draft (
    hash          TEXT   NOT NULL PRIMARY KEY,
    answers       TEXT   NOT NULL,
    network       TEXT   NOT NULL,
    address       TEXT   NOT NULL DEFAULT '',
    arrival_id    TEXT,
    made_at_ms    BIGINT NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    sent_at_ms    BIGINT,
    ends_at_ms    BIGINT NOT NULL
);
CREATE INDEX form_draft_by_network ON form_draft (network, sent_at_ms) WHERE sent_at_ms IS NOT NULL;
CREATE INDEX form_draft_by_address ON form_draft (address, sent_at_ms) WHERE sent_at_ms IS NOT NULL;
CREATE INDEX form_draft_end ON form_draft (ends_at_ms);

-- Message-IDs of mails that became feedback, by which answers to them find their case.
CREATE TABLE mail_reference (
    message_id  TEXT NOT NULL,
    feedback_id TEXT NOT NULL,
    PRIMARY KEY (message_id, feedback_id)
);
CREATE INDEX mail_reference_by_feedback ON mail_reference (feedback_id);

-- Lists over all units, and the way from a person's new arrivals to the case.
CREATE INDEX feedback_public_all ON feedback (said_at_ms DESC, id) WHERE public = 1;
CREATE INDEX feedback_all ON feedback (said_at_ms DESC, id);
