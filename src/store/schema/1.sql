-- What a replica keeps. Statements are set apart by blank lines, since Spin runs one at a time.
--
-- The log: at is in microseconds since 1970, UTC. AUTOINCREMENT: an id is never given twice, so that the largest
-- is the number of visits ever recorded.
CREATE TABLE visits (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    page TEXT NOT NULL
) STRICT

-- The visits of each page, ever. Nothing is ever deleted here, so that the largest id is the number of pages told apart.
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    page TEXT NOT NULL UNIQUE,
    visits INTEGER NOT NULL
) STRICT

-- The page that stands for those beyond max_pages, and which does not count as one.
INSERT INTO pages (id, page, visits) VALUES (0, '(other)', 0)

-- The visits of each slot of 15 minutes (slot = at / 900000000), and where in the log they are.
CREATE TABLE slots (
    slot INTEGER PRIMARY KEY,
    visits INTEGER NOT NULL,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL
) STRICT

-- The same for each page.
CREATE TABLE tallies (
    page_id INTEGER NOT NULL REFERENCES pages (id),
    slot INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    PRIMARY KEY (page_id, slot)
) STRICT, WITHOUT ROWID

CREATE TRIGGER tally AFTER INSERT ON visits BEGIN
    INSERT INTO pages (page, visits) VALUES (NEW.page, 1)
        ON CONFLICT (page) DO UPDATE SET visits = visits + 1;
    INSERT INTO slots (slot, visits, first_id, last_id) VALUES (NEW.at / 900000000, 1, NEW.id, NEW.id)
        ON CONFLICT (slot) DO UPDATE SET visits = visits + 1, last_id = NEW.id;
    INSERT INTO tallies (page_id, slot, visits)
        SELECT id, NEW.at / 900000000, 1 FROM pages WHERE page = NEW.page
        ON CONFLICT (page_id, slot) DO UPDATE SET visits = visits + 1;
END
