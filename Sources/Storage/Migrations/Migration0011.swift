// The eleventh schema of the book, as SQL: chunks under one number. Never edited after release.

/// Gives each chunk a row id made of its series and the day its span begins. Effect: none on what is stored; a chunk is
/// found without comparing keys, and a page is filled to its end.
let migration0011 = """
    -- The observations: one row a series and span, every version inside. The id has the series in the bits from 22 on,
    -- and below them the days from 0001-01-01 to the beginning of the span.
    CREATE TABLE chunks_by_row (
        id INTEGER PRIMARY KEY,
        row_count INTEGER NOT NULL,
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        payload BLOB NOT NULL,
        series_id INTEGER NOT NULL GENERATED ALWAYS AS (id >> 22) VIRTUAL,
        span_start INTEGER NOT NULL GENERATED ALWAYS AS (((id & 4194303) - 719162) * 86400000) VIRTUAL
    );
    INSERT INTO chunks_by_row (id, row_count, digest, payload)
    SELECT series_id << 22 | (span_start / 86400000 + 719162), row_count, digest, payload FROM chunks
    ORDER BY series_id, span_start;
    DROP TABLE chunks;
    ALTER TABLE chunks_by_row RENAME TO chunks;
    """
