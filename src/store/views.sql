-- Views over the tables of schema.sql, and the trigger that tallies. A trigger makes one statement of several, so that
-- a crash leaves either all of them done or nothing. Those that are seldom needed are in triggers/: see routine.rs.
--
-- The pages that tallying will add next, in the order of their first visits, up to `max_pages`.
CREATE VIEW new_pages (page, first_id) AS
    SELECT page, min(id) FROM visits
    WHERE id > (SELECT tallied FROM watermarks) AND page NOT IN (SELECT page FROM pages WHERE import_id = 0)
    GROUP BY page ORDER BY min(id)
    LIMIT max(0, (SELECT max_pages FROM watermarks) - (SELECT count(*) - 1 FROM pages WHERE import_id = 0))

-- The log as it counts: with (other) for pages that are not counted separately, and without what was deleted.
CREATE VIEW log (id, at, page) AS
    SELECT id, at, iif(
        EXISTS (SELECT 1 FROM pages WHERE import_id = 0 AND pages.page = visits.page AND first_id <= visits.id)
            OR id > (SELECT tallied FROM watermarks) AND page IN (SELECT page FROM new_pages),
        page, '(other)')
    FROM visits WHERE page != '(deleted)'

-- The visits that a read has to add to the tallies.
CREATE VIEW untallied (id, at, page) AS
    SELECT id, at, page FROM log WHERE id > (SELECT tallied FROM watermarks)

-- How many bytes are in use, and how many the file has: free pages are used again.
CREATE VIEW storage (used, file) AS
    SELECT (page_count - freelist_count) * page_size, page_count * page_size
    FROM pragma_page_count, pragma_freelist_count, pragma_page_size

-- Moving the watermark tallies the visits that it passes, and the ignored requests.
CREATE TRIGGER tally BEFORE UPDATE OF tallied ON watermarks BEGIN
    INSERT INTO pages (page, visits, first_id)
        SELECT page, 0, first_id FROM new_pages WHERE first_id <= NEW.tallied ORDER BY first_id;
    INSERT INTO pages (page, visits, last_slot)
        SELECT page, count(*), max(at) / 900000000 FROM log
        WHERE id > OLD.tallied AND id <= NEW.tallied GROUP BY page
        ON CONFLICT (import_id, page) DO UPDATE SET
            visits = visits + excluded.visits, last_slot = max(last_slot, excluded.last_slot);
    INSERT INTO slots (slot, visits, first_id, last_id)
        SELECT at / 900000000, count(*), min(id), max(id) FROM visits
        WHERE id > OLD.tallied AND id <= NEW.tallied GROUP BY 1
        ON CONFLICT (slot, import_id) DO UPDATE SET visits = visits + excluded.visits, last_id = excluded.last_id;
    INSERT INTO tallies (page_id, slot, visits)
        SELECT pages.id, at / 900000000, count(*) FROM log JOIN pages USING (page)
        WHERE import_id = 0 AND log.id > OLD.tallied AND log.id <= NEW.tallied GROUP BY 1, 2
        ON CONFLICT (page_id, slot) DO UPDATE SET visits = visits + excluded.visits;
    INSERT INTO ignored_totals (reason, requests)
        SELECT reason, count(*) FROM ignored WHERE true GROUP BY reason
        ON CONFLICT (reason) DO UPDATE SET requests = requests + excluded.requests;
    DELETE FROM ignored;
END

-- The slots that are being merged. Inserting begins to merge others, and moving `next_page` merges some: see
-- triggers/begin_merging.sql and triggers/merge.sql.
CREATE VIEW merging (period, start, before, next_page, bounds) AS
    SELECT period, start, before, next_page, '[]' FROM coarse WHERE next_page IS NOT NULL

-- Deleting from this view folds a page into (other): see triggers/fold.sql.
CREATE VIEW foldable (id, last_slot) AS
    SELECT id, last_slot FROM pages WHERE import_id = 0 AND id != 0

-- The pages that count: those of the log, and those of the imports that are current.
CREATE VIEW current_pages (id, import_id, page, visits) AS
    SELECT id, import_id, page, visits FROM pages
    WHERE import_id = 0 OR import_id IN (SELECT id FROM imports WHERE state = 'current')

-- Deleting the tallies of a page takes their visits out of all counts: see triggers/delete_tally.sql.
CREATE VIEW page_tallies (page, import_id, page_id, slot, visits) AS
    SELECT page, import_id, page_id, slot, tallies.visits FROM current_pages JOIN tallies ON page_id = current_pages.id

-- The imports that do not count yet. Inserting brings tallies of one, and changing its state makes it count: see
-- triggers/stage.sql and triggers/finish.sql.
CREATE VIEW staging (
    import_id, source, name, visits, revision, as_of, coarse_before, upload, state, staged_at, tallies) AS
    SELECT id, source, name, visits, revision, as_of, coarse_before, upload, state, staged_at, '[]'
    FROM imports WHERE state = 'staged'

-- Deleting from this view removes some of what is left of an import that does not count: see triggers/discard.sql.
CREATE VIEW discardable (id, upload, state, staged_at) AS
    SELECT id, upload, state, staged_at FROM imports WHERE state != 'current'
