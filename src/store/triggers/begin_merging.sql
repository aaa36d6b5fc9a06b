-- Begins to merge slots into periods of a kind: `bounds` are the first slots of these periods, as JSON, and `before` is
-- the end of the last one. Nothing happens while others are being merged.
CREATE TEMP TRIGGER IF NOT EXISTS begin_merging INSTEAD OF INSERT ON merging
WHEN NOT EXISTS (SELECT 1 FROM merging) BEGIN
    DELETE FROM bounds;
    INSERT INTO bounds (slot) SELECT value FROM json_each(NEW.bounds);
    UPDATE coarse SET
        start = (SELECT min(slot) FROM bounds), before = NEW.before, next_page = 0,
        coarse_before = max(coarse_before, NEW.before)
        WHERE period = NEW.period;
END
