-- Folds a page into (other): at most the tallies of 1000 slots at once, oldest first, and with the last of them the page
-- itself.
CREATE TEMP TRIGGER IF NOT EXISTS fold INSTEAD OF DELETE ON foldable BEGIN
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
