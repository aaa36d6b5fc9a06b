-- The requests that were not visits, by reason: for /metrics.
CREATE TABLE ignored (
    reason TEXT PRIMARY KEY,
    requests INTEGER NOT NULL
) STRICT, WITHOUT ROWID
