-- Merges slots of the range into the first ones of their periods: those of all pages together, and of the pages that
-- `next_page` passes.
CREATE TEMP TRIGGER IF NOT EXISTS merge INSTEAD OF UPDATE OF next_page ON merging BEGIN
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
    UPDATE coarse SET next_page = NEW.next_page WHERE period = OLD.period;
END
