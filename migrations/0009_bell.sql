-- Who decides is told of every open case on which more authority is asked for. Few are. Without an
-- index of them alone, SQLite looks at every open case for each page that shows the bell.
CREATE INDEX case_asking ON "case" (escalated, tray, id) WHERE escalated = 1;
