-- Cases and what hangs on them. All of it can be made again from `event` by `redress rebuild`.
CREATE TABLE "case" (
    id                 TEXT   NOT NULL PRIMARY KEY,
    number             BIGINT NOT NULL UNIQUE,
    unit_id            TEXT   NOT NULL,
    team_id            TEXT   NOT NULL,
    owner_id           TEXT,
    customer_id        TEXT   NOT NULL,
    kind               TEXT   NOT NULL,
    channel            TEXT   NOT NULL,
    subject            TEXT   NOT NULL,
    problem            TEXT   NOT NULL,
    language           TEXT   NOT NULL,
    snippet            TEXT   NOT NULL,
    stage              TEXT   NOT NULL,
    stage_body         TEXT   NOT NULL,
    tray               TEXT   NOT NULL,
    severity           BIGINT NOT NULL CHECK (severity BETWEEN 0 AND 4),
    facts              TEXT   NOT NULL,
    public             BIGINT NOT NULL,
    contacts           BIGINT NOT NULL,
    reopened           BIGINT NOT NULL,
    transfers          BIGINT NOT NULL,
    escalated          BIGINT NOT NULL,
    conduct            TEXT   NOT NULL,
    clocks             TEXT   NOT NULL,
    n_owed             BIGINT NOT NULL,
    next_due_at_ms     BIGINT,
    queue_order        BIGINT NOT NULL,
    opened_at_ms       BIGINT NOT NULL,
    acknowledged_at_ms BIGINT,
    answered_at_ms     BIGINT,
    waiting_since_ms   BIGINT,
    snoozed_until_ms   BIGINT,
    closed_at_ms       BIGINT,
    closing            TEXT,
    changed_at_ms      BIGINT NOT NULL,
    version            BIGINT NOT NULL
);
CREATE INDEX case_mine ON "case" (owner_id, tray, queue_order, id);
CREATE INDEX case_team ON "case" (team_id, tray, queue_order, id);
CREATE INDEX case_unit ON "case" (unit_id, tray, queue_order, id);
CREATE INDEX case_all ON "case" (tray, queue_order, id);
CREATE INDEX case_owed ON "case" (team_id, queue_order, id) WHERE tray = 'open' AND n_owed > 0;
CREATE INDEX case_public ON "case" (team_id, queue_order, id) WHERE tray = 'open' AND public = 1;
CREATE INDEX case_reopened ON "case" (team_id, queue_order, id) WHERE tray = 'open' AND reopened > 0;
CREATE INDEX case_escalated ON "case" (team_id, queue_order, id) WHERE tray = 'open' AND escalated = 1;
CREATE INDEX case_by_customer ON "case" (customer_id, opened_at_ms);

-- The record: append-only, one hash chain a case. `written_in` orders the change feed.
-- The table itself stands in 0006 because its running number differs between the engines.

-- Messages in both directions; private notes lie in a table of their own.
CREATE TABLE message (
    id           TEXT   NOT NULL PRIMARY KEY,
    case_id      TEXT   NOT NULL,
    n            BIGINT NOT NULL,
    direction    TEXT   NOT NULL CHECK (direction IN ('in', 'out')),
    channel      TEXT   NOT NULL,
    purpose      TEXT   NOT NULL DEFAULT '',
    author       TEXT   NOT NULL,
    recipient    TEXT   NOT NULL DEFAULT '',
    subject      TEXT   NOT NULL DEFAULT '',
    text         TEXT   NOT NULL,
    folded       TEXT,
    automatic    BIGINT NOT NULL DEFAULT 0,
    delivery     TEXT   NOT NULL DEFAULT '',
    delivery_detail TEXT NOT NULL DEFAULT '',
    feedback_id  TEXT,
    at_ms        BIGINT NOT NULL,
    leaves_at_ms BIGINT
);
CREATE INDEX message_by_case ON message (case_id, n);
-- An address gets at most one automatic letter an hour.
CREATE INDEX message_automatic ON message (recipient, at_ms) WHERE automatic = 1;

CREATE TABLE private_note (
    id      TEXT   NOT NULL PRIMARY KEY,
    case_id TEXT   NOT NULL,
    n       BIGINT NOT NULL,
    by_id   TEXT   NOT NULL,
    text    TEXT   NOT NULL,
    at_ms   BIGINT NOT NULL
);
CREATE INDEX private_note_by_case ON private_note (case_id, n);

CREATE TABLE promise (
    id         TEXT   NOT NULL PRIMARY KEY,
    case_id    TEXT   NOT NULL,
    number     BIGINT NOT NULL,
    keeper_id  TEXT   NOT NULL,
    words      TEXT   NOT NULL CHECK (words <> ''),
    made_at_ms BIGINT NOT NULL,
    due_at_ms  BIGINT NOT NULL,
    visible    BIGINT NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('open', 'kept', 'kept_late', 'broken')),
    done       TEXT   NOT NULL DEFAULT '',
    ended_at_ms BIGINT,
    moved      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX promise_by_case ON promise (case_id, made_at_ms);
CREATE INDEX promise_owed_by_keeper ON promise (keeper_id, due_at_ms) WHERE state IN ('open', 'broken');
CREATE INDEX promise_open_by_due ON promise (due_at_ms) WHERE state = 'open';
CREATE INDEX promise_broken_by_due ON promise (due_at_ms) WHERE state = 'broken';
CREATE INDEX promise_kept_by_end ON promise (ended_at_ms) WHERE state IN ('kept', 'kept_late');

CREATE TABLE offer (
    id         TEXT   NOT NULL PRIMARY KEY,
    case_id    TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    cost_minor BIGINT NOT NULL,
    made_at_ms BIGINT NOT NULL
);
CREATE INDEX offer_by_case ON offer (case_id, made_at_ms);
CREATE INDEX offer_waiting ON offer (made_at_ms) WHERE state = 'needs_approval';

-- Drafts belong to a case and are seen by those who see it. They are not part of the record.
CREATE TABLE draft (
    case_id     TEXT   NOT NULL,
    staff_id    TEXT   NOT NULL,
    kind        TEXT   NOT NULL CHECK (kind IN ('reply', 'note')),
    text        TEXT   NOT NULL,
    saved_at_ms BIGINT NOT NULL,
    stamp       BIGINT NOT NULL,
    PRIMARY KEY (case_id, staff_id, kind)
);

-- What somebody did last, so that `z` can undo it.
CREATE TABLE recent_action (
    id        TEXT   NOT NULL PRIMARY KEY,
    staff_id  TEXT   NOT NULL,
    case_id   TEXT   NOT NULL,
    at_ms     BIGINT NOT NULL,
    says      TEXT   NOT NULL,
    reverse   TEXT   NOT NULL,
    undone    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX recent_action_by_staff ON recent_action (staff_id, at_ms);

-- Who has read a case up to which event.
CREATE TABLE case_seen (
    case_id  TEXT   NOT NULL,
    staff_id TEXT   NOT NULL,
    version  BIGINT NOT NULL,
    PRIMARY KEY (case_id, staff_id)
);

-- Views people saved.
CREATE TABLE saved_view (
    id       TEXT   NOT NULL PRIMARY KEY,
    staff_id TEXT   NOT NULL,
    name     TEXT   NOT NULL CHECK (name <> ''),
    query    TEXT   NOT NULL,
    place    BIGINT NOT NULL
);
CREATE INDEX saved_view_by_staff ON saved_view (staff_id, place);
