-- Who we are: units that must not see each other, teams, staff, their sessions and tokens.
CREATE TABLE unit (
    id         TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL CHECK (name <> ''),
    made_at_ms BIGINT NOT NULL
);

CREATE TABLE team (
    id         TEXT   NOT NULL PRIMARY KEY,
    unit_id    TEXT   NOT NULL REFERENCES unit (id),
    name       TEXT   NOT NULL CHECK (name <> ''),
    phone      TEXT   NOT NULL DEFAULT '',
    made_at_ms BIGINT NOT NULL
);
CREATE INDEX team_by_unit ON team (unit_id, name);

CREATE TABLE staff (
    id             TEXT   NOT NULL PRIMARY KEY,
    email          TEXT   NOT NULL UNIQUE,
    name           TEXT   NOT NULL CHECK (name <> ''),
    password_hash  TEXT   NOT NULL DEFAULT '',
    scope          TEXT   NOT NULL CHECK (scope IN ('own', 'team', 'unit', 'all')),
    preferences    TEXT   NOT NULL DEFAULT '{}',
    signature      TEXT   NOT NULL DEFAULT '',
    left_at_ms     BIGINT,
    version        BIGINT NOT NULL DEFAULT 1,
    made_at_ms     BIGINT NOT NULL
);

CREATE TABLE staff_role (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    role     TEXT NOT NULL,
    PRIMARY KEY (staff_id, role)
);

CREATE TABLE staff_unit (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    unit_id  TEXT NOT NULL REFERENCES unit (id),
    PRIMARY KEY (staff_id, unit_id)
);

CREATE TABLE team_member (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    team_id  TEXT NOT NULL REFERENCES team (id),
    PRIMARY KEY (staff_id, team_id)
);
CREATE INDEX team_member_by_team ON team_member (team_id);

-- Sessions and tokens are kept as hashes only: a stolen database signs nobody in.
CREATE TABLE session (
    hash          TEXT   NOT NULL PRIMARY KEY,
    staff_id      TEXT   NOT NULL REFERENCES staff (id),
    made_at_ms    BIGINT NOT NULL,
    seen_at_ms    BIGINT NOT NULL,
    ends_at_ms    BIGINT NOT NULL,
    agent         TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX session_by_staff ON session (staff_id);

CREATE TABLE api_token (
    id           TEXT   NOT NULL PRIMARY KEY,
    hash         TEXT   NOT NULL UNIQUE,
    staff_id     TEXT   NOT NULL REFERENCES staff (id),
    name         TEXT   NOT NULL,
    acts         TEXT   NOT NULL,
    made_at_ms   BIGINT NOT NULL,
    used_at_ms   BIGINT,
    ends_at_ms   BIGINT,
    ended_at_ms  BIGINT
);
CREATE INDEX api_token_by_staff ON api_token (staff_id);

-- Links for people without an account, and one-press sign-in links; each for one purpose.
CREATE TABLE link (
    hash        TEXT   NOT NULL PRIMARY KEY,
    purpose     TEXT   NOT NULL CHECK (purpose IN ('case', 'sign_in', 'invitation')),
    case_id     TEXT,
    customer_id TEXT,
    staff_id    TEXT,
    made_at_ms  BIGINT NOT NULL,
    ends_at_ms  BIGINT,
    used_at_ms  BIGINT
);
CREATE INDEX link_by_case ON link (case_id) WHERE case_id IS NOT NULL;

-- Published rules with the day they take effect; the newest not in the future counts.
CREATE TABLE policy (
    id              TEXT   NOT NULL PRIMARY KEY,
    kind            TEXT   NOT NULL,
    version         BIGINT NOT NULL,
    body            TEXT   NOT NULL,
    effective_at_ms BIGINT NOT NULL,
    made_at_ms      BIGINT NOT NULL,
    UNIQUE (kind, version)
);

-- What was changed in the house itself, chained like the record of a case.
CREATE TABLE house_event (
    n        BIGINT NOT NULL PRIMARY KEY,
    at_ms    BIGINT NOT NULL,
    actor    TEXT   NOT NULL,
    event    TEXT   NOT NULL,
    previous TEXT   NOT NULL,
    hash     TEXT   NOT NULL
);
