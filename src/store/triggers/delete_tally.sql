-- Takes the visits of tallies out of all counts, and with the last tally of a page the page itself. A slot may have been
-- merged into an earlier one already.
CREATE TEMP TRIGGER IF NOT EXISTS delete_tally INSTEAD OF DELETE ON page_tallies BEGIN
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
