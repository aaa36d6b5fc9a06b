-- What a replica stores. Blank lines separate the statements, since Spin runs one at a time.
--
-- The log. A visit is one insert into it, and nothing else. `at` is in microseconds since 1970, UTC. Ids are
-- consecutive from 1, and none is assigned twice, because the row with the largest id is never deleted.
CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    page TEXT NOT NULL
) STRICT

-- The total of each page that is counted separately. No row is deleted, so that the largest id is the number of pages.
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    page TEXT NOT NULL UNIQUE,
    visits INTEGER NOT NULL
) STRICT

-- The page that stands for all pages that are not counted separately.
INSERT INTO pages (id, page, visits) VALUES (0, '(other)', 0)

-- The visits in each slot of 15 minutes (slot = at / 900000000), and the first and the last of their ids.
CREATE TABLE slots (
    slot INTEGER PRIMARY KEY,
    visits INTEGER NOT NULL,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL
) STRICT

-- The visits of each page in each slot.
CREATE TABLE tallies (
    page_id INTEGER NOT NULL REFERENCES pages (id),
    slot INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    PRIMARY KEY (page_id, slot)
) STRICT, WITHOUT ROWID

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
-- power cut, with `synchronous=full`. `max_pages` is the variable of that name.
CREATE TABLE watermarks (
    tallied INTEGER NOT NULL,
    durable INTEGER NOT NULL,
    max_pages INTEGER NOT NULL
) STRICT

INSERT INTO watermarks (tallied, durable, max_pages) VALUES (0, 0, 0)

-- The pages that tallying will add next, in the order of their first visits, up to `max_pages`.
CREATE VIEW new_pages (page) AS
    SELECT page FROM visits
    WHERE id > (SELECT tallied FROM watermarks) AND page NOT IN (SELECT page FROM pages)
    GROUP BY page ORDER BY min(id)
    LIMIT max(0, (SELECT max_pages FROM watermarks) - (SELECT max(id) FROM pages))

-- The log as it will be once all is tallied: with (other) for pages that are not counted separately.
CREATE VIEW log (id, at, page) AS
    SELECT id, at, iif(
        id <= (SELECT tallied FROM watermarks)
            OR page IN (SELECT page FROM pages) OR page IN (SELECT page FROM new_pages),
        page, '(other)')
    FROM visits

-- The visits that a read has to add to the tallies.
CREATE VIEW untallied (id, at, page) AS
    SELECT id, at, page FROM log WHERE id > (SELECT tallied FROM watermarks)

-- Moving the watermark tallies the visits that it passes, and the ignored requests: in one statement, so that a crash
-- leaves either all of that done or nothing.
CREATE TRIGGER tally BEFORE UPDATE OF tallied ON watermarks BEGIN
    INSERT INTO pages (page, visits)
        SELECT page, 0 FROM visits
        WHERE id > OLD.tallied AND id <= NEW.tallied AND page IN (SELECT page FROM new_pages)
        GROUP BY page ORDER BY min(id);
    UPDATE visits SET page = '(other)'
        WHERE id > OLD.tallied AND id <= NEW.tallied AND page NOT IN (SELECT page FROM pages);
    INSERT INTO pages (page, visits)
        SELECT page, count(*) FROM visits WHERE id > OLD.tallied AND id <= NEW.tallied GROUP BY page
        ON CONFLICT (page) DO UPDATE SET visits = visits + excluded.visits;
    INSERT INTO slots (slot, visits, first_id, last_id)
        SELECT at / 900000000, count(*), min(id), max(id) FROM visits
        WHERE id > OLD.tallied AND id <= NEW.tallied GROUP BY 1
        ON CONFLICT (slot) DO UPDATE SET visits = visits + excluded.visits, last_id = excluded.last_id;
    INSERT INTO tallies (page_id, slot, visits)
        SELECT pages.id, at / 900000000, count(*) FROM visits JOIN pages USING (page)
        WHERE visits.id > OLD.tallied AND visits.id <= NEW.tallied GROUP BY 1, 2
        ON CONFLICT (page_id, slot) DO UPDATE SET visits = visits + excluded.visits;
    INSERT INTO ignored_totals (reason, requests)
        SELECT reason, count(*) FROM ignored WHERE true GROUP BY reason
        ON CONFLICT (reason) DO UPDATE SET requests = requests + excluded.requests;
    DELETE FROM ignored;
END
