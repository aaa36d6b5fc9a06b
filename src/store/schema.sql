-- What a replica stores. Blank lines separate the statements, since Spin runs one at a time. Views, and the
-- trigger that tallies, are in views.sql.
--
-- The log. A visit is one insert into it, and nothing else. `at` is in microseconds since 1970, UTC. No id is assigned
-- twice, because the row with the largest id is never deleted: if its page is, its name becomes '(deleted)'.
CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    page TEXT NOT NULL
) STRICT

-- The total of each page that is counted separately: of the log where `import_id` is 0, else of an import. Of the log,
-- visits from `first_id` on count for it, and earlier ones for (other): the page was not known then, or was folded into
-- (other). `last_slot` is the latest slot with a visit.
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    import_id INTEGER NOT NULL DEFAULT 0,
    page TEXT NOT NULL,
    visits INTEGER NOT NULL,
    first_id INTEGER NOT NULL DEFAULT 0,
    last_slot INTEGER NOT NULL DEFAULT 0,
    UNIQUE (import_id, page)
) STRICT

-- The page that stands for all pages that are not counted separately.
INSERT INTO pages (id, page, visits) VALUES (0, '(other)', 0)

-- The visits in each slot of 15 minutes (slot = at / 900000000): of the log where `import_id` is 0, with the first and the
-- last of their ids, else of an import.
CREATE TABLE slots (
    slot INTEGER NOT NULL,
    import_id INTEGER NOT NULL DEFAULT 0,
    visits INTEGER NOT NULL,
    first_id INTEGER NOT NULL DEFAULT 0,
    last_id INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (slot, import_id)
) STRICT, WITHOUT ROWID

-- The visits of each page in each slot.
CREATE TABLE tallies (
    page_id INTEGER NOT NULL REFERENCES pages (id),
    slot INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    PRIMARY KEY (page_id, slot)
) STRICT, WITHOUT ROWID

-- To save storage, the slots of a day of long ago are merged into its first one, and so are those of months and years.
-- The latest range that was merged into each kind of period are the slots from `start` until, and without, `before`.
-- Pages from the id `next_page` on are yet to be merged; with NULL, all are. Slots before `coarse_before` may be such
-- periods: an import may bring others, which are yet to be merged.
CREATE TABLE coarse (
    period TEXT PRIMARY KEY,
    start INTEGER NOT NULL,
    before INTEGER NOT NULL,
    next_page INTEGER,
    coarse_before INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID

INSERT INTO coarse (period, start, before) VALUES ('day', 0, 0), ('month', 0, 0), ('year', 0, 0)

-- The first slots of the periods into which slots are merged at present.
CREATE TABLE bounds (
    slot INTEGER PRIMARY KEY
) STRICT

-- Requests that were not visits: those that are not tallied yet, and the number for each reason.
CREATE TABLE ignored (
    id INTEGER PRIMARY KEY,
    reason TEXT NOT NULL
) STRICT

CREATE TABLE ignored_totals (
    reason TEXT PRIMARY KEY,
    requests INTEGER NOT NULL
) STRICT, WITHOUT ROWID

-- One row. Visits up to the id `tallied` are in pages, slots and tallies. Visits up to `durable` are known to survive a
-- power cut, with `synchronous=full`. `max_pages` says how many pages are counted separately. `deleted` is the number
-- of visits that were deleted with their pages. `epoch` grows whenever tallies change otherwise than by new visits.
CREATE TABLE watermarks (
    tallied INTEGER NOT NULL,
    durable INTEGER NOT NULL,
    max_pages INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    epoch INTEGER NOT NULL DEFAULT 0
) STRICT

INSERT INTO watermarks (tallied, durable, max_pages) VALUES (0, 0, 0)

-- One row: when the readiness probe last wrote, in microseconds since 1970.
CREATE TABLE probe (
    at INTEGER NOT NULL
) STRICT

INSERT INTO probe (at) VALUES (0)

-- One row. The random id of this database. `announced_as` is what its replica told its peers of itself; NULL if it has to
-- tell them before it answers another visit, because it is new, or has drained. It tells them until `announcing_until`, or
-- drains until `drain_until`, at the latest. `drained_at` is when it drained: no visit has come since.
CREATE TABLE identity (
    id TEXT NOT NULL,
    announced_as TEXT,
    announcing_until INTEGER NOT NULL DEFAULT 0,
    drained_at INTEGER,
    drain_until INTEGER NOT NULL DEFAULT 0
) STRICT

INSERT INTO identity (id) VALUES (lower(hex(randomblob(8))))

-- The other replicas, as far as they are known: the number of visits of each, at the time `as_of`, which is of its
-- revision `revision`. It was asked as `peer`, and calls itself `name`. `state` is answered, drained or returned; or
-- imported, where only a backup of it is known.
CREATE TABLE replicas (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    peer TEXT NOT NULL,
    visits INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID

-- The names that were asked, the id of the one that last answered to each, and its view of the cluster then.
CREATE TABLE peers (
    name TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    view TEXT
) STRICT, WITHOUT ROWID

-- The ids of databases of which there were several, or which were seen with more visits than they had later.
CREATE TABLE duplicates (
    id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID

-- The busiest pages of each of the other replicas, as JSON, with the revision that they are of. They are written as a
-- whole, so that those of two revisions are never mixed.
CREATE TABLE replica_pages (
    replica_id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    pages TEXT NOT NULL
) STRICT

-- One row, in microseconds since 1970: when the other replicas were last asked, until when they are being asked, and until
-- when somebody has one of them asked.
CREATE TABLE asking (
    asked_at INTEGER NOT NULL DEFAULT 0,
    asking_until INTEGER NOT NULL DEFAULT 0,
    locked_until INTEGER NOT NULL DEFAULT 0
) STRICT

INSERT INTO asking DEFAULT VALUES

-- What was imported: a backup of another database, whose id is `source`, or the numbers of another counter, for which
-- `source` is an id that its name gives. `visits` is its total as of the time `as_of`. What it is a backup of had the
-- revision `backup_revision`; `revision` is more where visits of it were deleted here. Times before the slot
-- `coarse_before` may be merged. All that one `upload` brings is current at once; `state` is staged before, and replaced
-- once there is a later one. `staged_at` is when the upload last brought something.
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
