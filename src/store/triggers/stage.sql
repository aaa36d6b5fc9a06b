-- Stages tallies of an import: JSON, a page, a slot and a number of visits each. Nothing happens if the upload was given
-- up meanwhile.
CREATE TEMP TRIGGER IF NOT EXISTS stage INSTEAD OF INSERT ON staging
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
