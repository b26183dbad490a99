-- What customers talk about, as a tree of the house's own: `words` are the words and phrases that
-- speak of a topic (a JSON list of texts), `trust` how often some of them were right (a JSON
-- object, 0 to 1). One that is `ended` is looked for no more; cases that carry it keep it.
CREATE TABLE topic (
    id          TEXT   NOT NULL PRIMARY KEY,
    parent_id   TEXT,
    name        TEXT   NOT NULL CHECK (name <> ''),
    words       TEXT   NOT NULL,
    trust       TEXT   NOT NULL DEFAULT '{}',
    ended       BIGINT NOT NULL DEFAULT 0,
    made_at_ms  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);

-- What a person says of a topic and a text: that it is about it, or that it is not.
CREATE TABLE topic_correction (
    feedback_id TEXT   NOT NULL,
    topic_id    TEXT   NOT NULL,
    unit_id     TEXT   NOT NULL,
    is_right    BIGINT NOT NULL CHECK (is_right IN (0, 1)),
    words       TEXT   NOT NULL,
    was_sure    DOUBLE PRECISION NOT NULL,
    model       TEXT   NOT NULL,
    by_id       TEXT   NOT NULL,
    at_ms       BIGINT NOT NULL,
    PRIMARY KEY (feedback_id, topic_id)
);
CREATE INDEX topic_correction_by_topic ON topic_correction (topic_id, at_ms);

-- Ids of what a case is about, and of what it is not about as people said, as JSON; made again
-- from `event` like the rest of the row.
ALTER TABLE "case" ADD COLUMN topics TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "case" ADD COLUMN not_topics TEXT NOT NULL DEFAULT '[]';
