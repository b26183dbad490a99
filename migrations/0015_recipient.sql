-- Who gets a message beside the customer, each in a letter of their own. Can be made again from
-- `event` by `redress rebuild`.
CREATE TABLE recipient (
    letter_id       TEXT NOT NULL PRIMARY KEY,
    message_id      TEXT NOT NULL,
    case_id         TEXT NOT NULL,
    customer_id     TEXT NOT NULL,
    name            TEXT NOT NULL,
    part            TEXT NOT NULL,
    address         TEXT NOT NULL,
    delivery        TEXT NOT NULL,
    delivery_detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX recipient_by_message ON recipient (message_id);
