-- Views and triggers over the tables of schema.sql. A trigger makes one statement of several, so that a crash leaves
-- either all of them done or nothing.
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

-- Inserting into this view begins to merge slots into periods of a kind: `bounds` are the first slots of these periods,
-- as JSON, and `before` is the end of the last one. Nothing happens while others are being merged.
CREATE VIEW merging (period, bounds, before) AS
    SELECT period, '[]', before FROM coarse WHERE next_page IS NOT NULL

CREATE TRIGGER begin_merging INSTEAD OF INSERT ON merging WHEN NOT EXISTS (SELECT 1 FROM merging) BEGIN
    DELETE FROM bounds;
    INSERT INTO bounds (slot) SELECT value FROM json_each(NEW.bounds);
    UPDATE coarse SET
        start = (SELECT min(slot) FROM bounds), before = NEW.before, next_page = 0,
        coarse_before = max(coarse_before, NEW.before)
        WHERE period = NEW.period;
END

-- Moving `next_page` merges slots of the range into the first ones of their periods: those of all pages together, and
-- of the pages that it passes.
CREATE TRIGGER merge BEFORE UPDATE OF next_page ON coarse WHEN OLD.next_page IS NOT NULL BEGIN
    UPDATE watermarks SET epoch = epoch + 1;
    INSERT INTO slots (slot, import_id, visits, first_id, last_id)
        SELECT (SELECT max(slot) FROM bounds WHERE bounds.slot <= slots.slot) AS bound, import_id,
            sum(visits), min(first_id), max(last_id)
        FROM slots
        WHERE slot > OLD.start AND slot < OLD.before AND slot NOT IN (SELECT slot FROM bounds)
        GROUP BY bound, import_id
        ON CONFLICT (slot, import_id) DO UPDATE SET
            visits = visits + excluded.visits,
            first_id = min(first_id, excluded.first_id), last_id = max(last_id, excluded.last_id);
    DELETE FROM slots WHERE slot > OLD.start AND slot < OLD.before AND slot NOT IN (SELECT slot FROM bounds);
    INSERT INTO tallies (page_id, slot, visits)
        SELECT page_id, (SELECT max(slot) FROM bounds WHERE bounds.slot <= tallies.slot) AS bound,
            sum(tallies.visits)
        FROM pages CROSS JOIN tallies ON page_id = pages.id AND slot > OLD.start AND slot < OLD.before
        WHERE pages.id >= OLD.next_page AND (NEW.next_page IS NULL OR pages.id < NEW.next_page)
            AND slot NOT IN (SELECT slot FROM bounds)
        GROUP BY page_id, bound
        ON CONFLICT (page_id, slot) DO UPDATE SET visits = visits + excluded.visits;
    DELETE FROM tallies WHERE (page_id, slot) IN (
        SELECT page_id, slot
        FROM pages CROSS JOIN tallies ON page_id = pages.id AND slot > OLD.start AND slot < OLD.before
        WHERE pages.id >= OLD.next_page AND (NEW.next_page IS NULL OR pages.id < NEW.next_page)
            AND slot NOT IN (SELECT slot FROM bounds));
END

-- Deleting from this view folds a page into (other): at most the tallies of 1000 slots at once, oldest first, and with
-- the last of them the page itself.
CREATE VIEW foldable (id, last_slot) AS
    SELECT id, last_slot FROM pages WHERE import_id = 0 AND id != 0

CREATE TRIGGER fold INSTEAD OF DELETE ON foldable BEGIN
    UPDATE watermarks SET epoch = epoch + 1;
    UPDATE pages SET
        visits = visits + (
            SELECT coalesce(sum(visits), 0)
            FROM (SELECT visits FROM tallies WHERE page_id = OLD.id ORDER BY slot LIMIT 1000))
        WHERE id = 0;
    UPDATE pages SET visits = visits - (
            SELECT coalesce(sum(visits), 0)
            FROM (SELECT visits FROM tallies WHERE page_id = OLD.id ORDER BY slot LIMIT 1000))
        WHERE id = OLD.id;
    INSERT INTO tallies (page_id, slot, visits)
        SELECT 0, slot, visits FROM tallies WHERE page_id = OLD.id ORDER BY slot LIMIT 1000
        ON CONFLICT (page_id, slot) DO UPDATE SET visits = visits + excluded.visits;
    DELETE FROM tallies WHERE page_id = OLD.id AND slot IN (
        SELECT slot FROM tallies WHERE page_id = OLD.id ORDER BY slot LIMIT 1000);
    DELETE FROM pages WHERE id = OLD.id AND visits = 0;
END

-- Deleting visits from the log: the row with the largest id stays, without its page.
CREATE TRIGGER delete_visit INSTEAD OF DELETE ON log BEGIN
    UPDATE visits SET page = '(deleted)' WHERE id = OLD.id AND id = (SELECT max(id) FROM visits);
    DELETE FROM visits WHERE id = OLD.id AND page != '(deleted)';
END

-- The pages that count: those of the log, and those of the imports that are current.
CREATE VIEW current_pages (id, import_id, page, visits) AS
    SELECT id, import_id, page, visits FROM pages
    WHERE import_id = 0 OR import_id IN (SELECT id FROM imports WHERE state = 'current')

-- Deleting the tallies of a page takes their visits out of all counts, and with the last of them the page itself. A
-- slot may have been merged into an earlier one already.
CREATE VIEW page_tallies (page, import_id, page_id, slot, visits) AS
    SELECT page, import_id, page_id, slot, tallies.visits FROM current_pages JOIN tallies ON page_id = current_pages.id

CREATE TRIGGER delete_tally INSTEAD OF DELETE ON page_tallies BEGIN
    UPDATE slots SET visits = visits - OLD.visits
        WHERE import_id = OLD.import_id
            AND slot = (SELECT max(slot) FROM slots WHERE import_id = OLD.import_id AND slot <= OLD.slot);
    DELETE FROM slots
        WHERE import_id = OLD.import_id AND visits = 0
            AND slot = (SELECT max(slot) FROM slots WHERE import_id = OLD.import_id AND slot <= OLD.slot);
    UPDATE watermarks SET deleted = deleted + iif(OLD.import_id = 0, OLD.visits, 0), epoch = epoch + 1;
    UPDATE replicas SET visits = visits - OLD.visits, revision = revision + OLD.visits * 65536
        WHERE id = (SELECT source FROM imports WHERE id = OLD.import_id);
    UPDATE imports SET visits = visits - OLD.visits, revision = revision + OLD.visits * 65536
        WHERE id = OLD.import_id;
    DELETE FROM tallies WHERE page_id = OLD.page_id AND slot = OLD.slot;
    UPDATE pages SET visits = visits - OLD.visits WHERE id = OLD.page_id;
    DELETE FROM pages WHERE id = OLD.page_id AND id != 0 AND visits = 0;
END

-- Inserting into this view stages tallies of an import, which do not count yet: `tallies` is JSON, a page, a slot and a
-- number of visits each. Nothing happens if the upload was given up meanwhile.
CREATE VIEW staging (import_id, upload, staged_at, tallies) AS
    SELECT id, upload, staged_at, '[]' FROM imports WHERE state = 'staged'

CREATE TRIGGER stage INSTEAD OF INSERT ON staging
WHEN EXISTS (SELECT 1 FROM staging WHERE import_id = NEW.import_id AND upload = NEW.upload) BEGIN
    UPDATE imports SET
        staged_at = NEW.staged_at, visits = visits + (SELECT sum(value ->> 2) FROM json_each(NEW.tallies))
        WHERE id = NEW.import_id;
    INSERT INTO pages (import_id, page, visits, last_slot)
        SELECT NEW.import_id, value ->> 0, sum(value ->> 2), max(value ->> 1) FROM json_each(NEW.tallies)
        WHERE true GROUP BY 2
        ON CONFLICT (import_id, page) DO UPDATE SET
            visits = visits + excluded.visits, last_slot = max(last_slot, excluded.last_slot);
    INSERT INTO slots (slot, import_id, visits)
        SELECT value ->> 1, NEW.import_id, sum(value ->> 2) FROM json_each(NEW.tallies) WHERE true GROUP BY 1
        ON CONFLICT (slot, import_id) DO UPDATE SET visits = visits + excluded.visits;
    INSERT INTO tallies (page_id, slot, visits)
        SELECT pages.id, value ->> 1, sum(value ->> 2)
        FROM json_each(NEW.tallies) CROSS JOIN pages ON import_id = NEW.import_id AND page = value ->> 0
        GROUP BY 1, 2
        ON CONFLICT (page_id, slot) DO UPDATE SET visits = visits + excluded.visits;
END

-- An import that becomes current replaces an earlier one of the same source, and its number is that of a replica, unless
-- a later one is known. It may have slots that are yet to be merged.
CREATE TRIGGER import AFTER UPDATE OF state ON imports WHEN NEW.state = 'current' BEGIN
    UPDATE watermarks SET epoch = epoch + 1;
    UPDATE imports SET state = 'replaced' WHERE source = NEW.source AND id != NEW.id AND state = 'current';
    UPDATE coarse SET
        before = min(before, coalesce((SELECT min(slot) FROM slots WHERE import_id = NEW.id), before)),
        coarse_before = max(coarse_before, iif(period = 'day', NEW.coarse_before, 0));
    INSERT INTO replicas (id, name, peer, visits, revision, as_of, state)
        VALUES (NEW.source, NEW.name, '', NEW.visits, NEW.revision, NEW.as_of, 'imported')
        ON CONFLICT (id) DO UPDATE SET
            visits = excluded.visits, revision = excluded.revision, as_of = excluded.as_of,
            state = iif(state = 'drained' AND excluded.revision > revision, 'answered', state)
        WHERE excluded.revision >= revision OR state = 'imported';
END

-- Deleting from this view removes some of what is left of an import that does not count: one that was replaced, or whose
-- upload ended midway.
CREATE VIEW discardable (id, upload, state, staged_at) AS
    SELECT id, upload, state, staged_at FROM imports WHERE state != 'current'

CREATE TRIGGER discard INSTEAD OF DELETE ON discardable BEGIN
    UPDATE imports SET state = 'replaced' WHERE id = OLD.id;
    DELETE FROM tallies WHERE (page_id, slot) IN (
        SELECT page_id, slot FROM pages CROSS JOIN tallies ON page_id = pages.id WHERE import_id = OLD.id LIMIT 1000);
    DELETE FROM pages WHERE id IN (
        SELECT id FROM pages
        WHERE import_id = OLD.id AND NOT EXISTS (SELECT 1 FROM tallies WHERE page_id = pages.id) LIMIT 1000);
    DELETE FROM slots WHERE import_id = OLD.id AND slot IN (
        SELECT slot FROM slots WHERE import_id = OLD.id LIMIT 1000);
    DELETE FROM imports
        WHERE id = OLD.id AND NOT EXISTS (SELECT 1 FROM pages WHERE import_id = OLD.id)
            AND NOT EXISTS (SELECT 1 FROM slots WHERE import_id = OLD.id);
END
