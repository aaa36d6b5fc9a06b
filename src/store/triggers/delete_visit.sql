-- Deletes visits from the log: the row with the largest id stays, without its page.
CREATE TEMP TRIGGER IF NOT EXISTS delete_visit INSTEAD OF DELETE ON log BEGIN
    UPDATE visits SET page = '(deleted)' WHERE id = OLD.id AND id = (SELECT max(id) FROM visits);
    DELETE FROM visits WHERE id = OLD.id AND page != '(deleted)';
END
