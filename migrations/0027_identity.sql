-- Whose an address is, asked of every mail before its unit is known. Without it each mail looked
-- at every address of the house.
CREATE INDEX identity_by_value ON identity (value, kind);
