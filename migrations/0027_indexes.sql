-- Whose an address is, asked of every mail before its unit is known. Without it each mail looked
-- at every address of the house.
CREATE INDEX identity_by_value ON identity (value, kind);
-- Which cases are part of one, and which letters somebody got who was taken in.
CREATE INDEX merger_by_into ON merger (into_id);
CREATE INDEX recipient_by_customer ON recipient (customer_id);
-- Customers in the order of their names, whichever units somebody sees; and promises by their days.
CREATE INDEX customer_by_plain_name ON customer (name, id);
CREATE INDEX promise_by_due ON promise (due_at_ms);
