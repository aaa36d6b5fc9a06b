-- From version 5 of the schema to version 6: numbers that are imported.
CREATE TABLE pages_of_version_6 (
    id INTEGER PRIMARY KEY,
    import_id INTEGER NOT NULL DEFAULT 0,
    page TEXT NOT NULL,
    visits INTEGER NOT NULL,
    first_id INTEGER NOT NULL DEFAULT 0,
    last_slot INTEGER NOT NULL DEFAULT 0,
    UNIQUE (import_id, page)
) STRICT

INSERT INTO pages_of_version_6 (id, page, visits, first_id, last_slot)
    SELECT id, page, visits, first_id, last_slot FROM pages

DROP TABLE pages

ALTER TABLE pages_of_version_6 RENAME TO pages

CREATE TABLE slots_of_version_6 (
    slot INTEGER NOT NULL,
    import_id INTEGER NOT NULL DEFAULT 0,
    visits INTEGER NOT NULL,
    first_id INTEGER NOT NULL DEFAULT 0,
    last_id INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (slot, import_id)
) STRICT, WITHOUT ROWID

INSERT INTO slots_of_version_6 (slot, visits, first_id, last_id) SELECT slot, visits, first_id, last_id FROM slots

DROP TABLE slots

ALTER TABLE slots_of_version_6 RENAME TO slots

ALTER TABLE coarse ADD COLUMN coarse_before INTEGER NOT NULL DEFAULT 0

UPDATE coarse SET coarse_before = before

ALTER TABLE watermarks ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0

CREATE TABLE imports (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    visits INTEGER NOT NULL,
    backup_revision INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    coarse_before INTEGER NOT NULL,
    upload INTEGER NOT NULL,
    state TEXT NOT NULL,
    staged_at INTEGER NOT NULL
) STRICT
