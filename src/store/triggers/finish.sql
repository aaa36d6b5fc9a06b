-- An import that becomes current replaces an earlier one of the same source, and its number is that of a replica, unless
-- a later one is known. It may have slots that are yet to be merged.
CREATE TEMP TRIGGER IF NOT EXISTS finish INSTEAD OF UPDATE OF state ON staging BEGIN
    UPDATE watermarks SET epoch = epoch + 1;
    UPDATE imports SET state = 'replaced' WHERE source = NEW.source AND state = 'current';
    UPDATE imports SET state = NEW.state WHERE id = NEW.import_id;
    UPDATE coarse SET
        before = min(before, coalesce((SELECT min(slot) FROM slots WHERE import_id = NEW.import_id), before)),
        coarse_before = max(coarse_before, iif(period = 'day', NEW.coarse_before, 0));
    INSERT INTO replicas (id, name, peer, visits, revision, as_of, state)
        VALUES (NEW.source, NEW.name, '', NEW.visits, NEW.revision, NEW.as_of, 'imported')
        ON CONFLICT (id) DO UPDATE SET
            visits = excluded.visits, revision = excluded.revision, as_of = excluded.as_of,
            state = iif(state = 'drained' AND excluded.revision > revision, 'answered', state)
        WHERE excluded.revision >= revision OR state = 'imported';
END
