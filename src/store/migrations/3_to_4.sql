-- From version 3 of the schema to version 4. Views and triggers are dropped before, and created anew afterwards.
ALTER TABLE pages ADD COLUMN first_id INTEGER NOT NULL DEFAULT 0

ALTER TABLE pages ADD COLUMN last_slot INTEGER NOT NULL DEFAULT 0

UPDATE pages SET last_slot = coalesce((SELECT max(slot) FROM tallies WHERE page_id = pages.id), 0)

ALTER TABLE watermarks ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0

CREATE TABLE coarse (
    period TEXT PRIMARY KEY,
    start INTEGER NOT NULL,
    before INTEGER NOT NULL,
    next_page INTEGER
) STRICT, WITHOUT ROWID

INSERT INTO coarse (period, start, before) VALUES ('day', 0, 0), ('month', 0, 0), ('year', 0, 0)

CREATE TABLE bounds (
    slot INTEGER PRIMARY KEY
) STRICT

CREATE TABLE probe (
    at INTEGER NOT NULL
) STRICT

INSERT INTO probe (at) VALUES (0)
