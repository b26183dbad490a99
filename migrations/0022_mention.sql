-- Colleagues named in a private note. They are told of it until they have read the case so far.
CREATE TABLE mention (
    note_id  TEXT   NOT NULL,
    staff_id TEXT   NOT NULL,
    case_id  TEXT   NOT NULL,
    -- The place of the note in the record of its case.
    n        BIGINT NOT NULL,
    PRIMARY KEY (note_id, staff_id)
);
CREATE INDEX mention_by_staff ON mention (staff_id, case_id, n);
