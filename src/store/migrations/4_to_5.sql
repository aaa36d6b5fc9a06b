-- From version 4 of the schema to version 5: the identity of a replica, and what is remembered of the others.
CREATE TABLE identity (
    id TEXT NOT NULL,
    announced_as TEXT,
    announcing_until INTEGER NOT NULL DEFAULT 0,
    drained_at INTEGER,
    drain_until INTEGER NOT NULL DEFAULT 0
) STRICT

INSERT INTO identity (id) VALUES (lower(hex(randomblob(8))))

CREATE TABLE replicas (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    peer TEXT NOT NULL,
    visits INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID

CREATE TABLE peers (
    name TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    view TEXT
) STRICT, WITHOUT ROWID

CREATE TABLE duplicates (
    id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID

CREATE TABLE replica_pages (
    replica_id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    pages TEXT NOT NULL
) STRICT

CREATE TABLE asking (
    asked_at INTEGER NOT NULL DEFAULT 0,
    asking_until INTEGER NOT NULL DEFAULT 0,
    locked_until INTEGER NOT NULL DEFAULT 0
) STRICT

INSERT INTO asking DEFAULT VALUES
