-- Removes some of what is left of an import that does not count: one that was replaced, or whose upload ended midway.
CREATE TEMP TRIGGER IF NOT EXISTS discard INSTEAD OF DELETE ON discardable BEGIN
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
