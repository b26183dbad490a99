-- What is known of the sender of a mail, where a server we trust or our own listener checked it.
CREATE TABLE mail_sender (
    feedback_id TEXT NOT NULL PRIMARY KEY,
    verdict     TEXT NOT NULL CHECK (verdict IN ('verified', 'unchecked', 'failed')),
    says        TEXT NOT NULL,
    checked_by  TEXT NOT NULL,
    spf         TEXT NOT NULL DEFAULT '',
    dkim        TEXT NOT NULL DEFAULT '',
    dmarc       TEXT NOT NULL DEFAULT ''
);
