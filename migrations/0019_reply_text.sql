-- What teams write often: of one team, or of every team where `team_id` is empty.
CREATE TABLE reply_text (
    id          TEXT   NOT NULL PRIMARY KEY,
    team_id     TEXT   NOT NULL DEFAULT '',
    name        TEXT   NOT NULL CHECK (name <> ''),
    text        TEXT   NOT NULL CHECK (text <> ''),
    ended       BIGINT NOT NULL DEFAULT 0,
    made_at_ms  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX reply_text_by_team ON reply_text (team_id, name, id);
