-- Views and triggers over the tables of schema.sql. A trigger makes one statement of several, so that a crash leaves
-- either all of them done or nothing.
--
-- The pages that tallying will add next, in the order of their first visits, up to `max_pages`.
CREATE VIEW new_pages (page, first_id) AS
    SELECT page, min(id) FROM visits
    WHERE id > (SELECT tallied FROM watermarks) AND page NOT IN (SELECT page FROM pages)
    GROUP BY page ORDER BY min(id)
    LIMIT max(0, (SELECT max_pages FROM watermarks) - (SELECT count(*) - 1 FROM pages))

-- The log as it counts: with (other) for pages that are not counted separately, and without what was deleted.
CREATE VIEW log (id, at, page) AS
    SELECT id, at, iif(
        EXISTS (SELECT 1 FROM pages WHERE pages.page = visits.page AND first_id <= visits.id)
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
        ON CONFLICT (page) DO UPDATE SET
            visits = visits + excluded.visits, last_slot = max(last_slot, excluded.last_slot);
    INSERT INTO slots (slot, visits, first_id, last_id)
        SELECT at / 900000000, count(*), min(id), max(id) FROM visits
        WHERE id > OLD.tallied AND id <= NEW.tallied GROUP BY 1
        ON CONFLICT (slot) DO UPDATE SET visits = visits + excluded.visits, last_id = excluded.last_id;
    INSERT INTO tallies (page_id, slot, visits)
        SELECT pages.id, at / 900000000, count(*) FROM log JOIN pages USING (page)
        WHERE log.id > OLD.tallied AND log.id <= NEW.tallied GROUP BY 1, 2
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
    UPDATE coarse SET start = (SELECT min(slot) FROM bounds), before = NEW.before, next_page = 0
        WHERE period = NEW.period;
END

-- Moving `next_page` merges slots of the range into the first ones of their periods: those of all pages together, and
-- of the pages that it passes.
CREATE TRIGGER merge BEFORE UPDATE OF next_page ON coarse WHEN OLD.next_page IS NOT NULL BEGIN
    INSERT INTO slots (slot, visits, first_id, last_id)
        SELECT (SELECT max(slot) FROM bounds WHERE bounds.slot <= slots.slot) AS bound,
            sum(visits), min(first_id), max(last_id)
        FROM slots
        WHERE slot > OLD.start AND slot < OLD.before AND slot NOT IN (SELECT slot FROM bounds)
        GROUP BY bound
        ON CONFLICT (slot) DO UPDATE SET
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
    SELECT id, last_slot FROM pages WHERE id != 0

CREATE TRIGGER fold INSTEAD OF DELETE ON foldable BEGIN
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

-- Deleting the tallies of a page takes their visits out of all counts, and with the last of them the page itself. A
-- slot may have been merged into an earlier one already.
CREATE VIEW page_tallies (page, page_id, slot, visits) AS
    SELECT page, page_id, slot, tallies.visits FROM pages JOIN tallies ON page_id = pages.id

CREATE TRIGGER delete_tally INSTEAD OF DELETE ON page_tallies BEGIN
    UPDATE slots SET visits = visits - OLD.visits
        WHERE slot = (SELECT max(slot) FROM slots WHERE slot <= OLD.slot);
    DELETE FROM slots WHERE slot = (SELECT max(slot) FROM slots WHERE slot <= OLD.slot) AND visits = 0;
    UPDATE watermarks SET deleted = deleted + OLD.visits;
    DELETE FROM tallies WHERE page_id = OLD.page_id AND slot = OLD.slot;
    UPDATE pages SET visits = visits - OLD.visits WHERE id = OLD.page_id;
    DELETE FROM pages WHERE id = OLD.page_id AND id != 0 AND visits = 0;
END
