// The twelfth schema of the book, as SQL: the archive's last bytes beside what they prove. Never edited after release.

/// Keeps the end of the open segment until that file is durable. Effect: none on what is stored.
let migration0012 = """
    -- Bytes of the open segment that the disk may not have yet; a row is overwritten once it has them.
    CREATE TABLE archive_tail (
        number INTEGER PRIMARY KEY,
        segment INTEGER NOT NULL,
        segment_offset INTEGER NOT NULL,
        byte_count INTEGER NOT NULL,
        bytes BLOB NOT NULL
    );
    """
