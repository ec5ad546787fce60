// The fifth schema of the book, as SQL: what the detectors carry, and what they have still to look at.

/// Adds the tables of detector states. Effect: none on what is stored; the first start computes the states.
///
/// They are derived from the observations and may be dropped at any time: what is missing is computed again.
let migration0005 = """
    -- What the detectors of a station carry into the readings from `position` on, written with the readings.
    CREATE TABLE detector_states (
        section TEXT NOT NULL,
        station TEXT NOT NULL,
        position INTEGER NOT NULL,
        basis BLOB NOT NULL CHECK (length(basis) = 32),
        reading_count INTEGER NOT NULL CHECK (reading_count >= 0),
        state BLOB NOT NULL,
        PRIMARY KEY (section, station, position)
    ) WITHOUT ROWID;

    -- Starts at which something new was said that no detector has seen yet; a station's row goes when they have.
    CREATE TABLE detector_work (
        station TEXT NOT NULL PRIMARY KEY,
        first_start INTEGER NOT NULL,
        last_start INTEGER NOT NULL CHECK (last_start >= first_start)
    ) WITHOUT ROWID;
    """
