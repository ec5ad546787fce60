// The fourth schema of the book, as SQL: which documents the rows of a batch stand on.

/// Adds the table of documents. Effect: none on what is stored; older batches cite no document.
let migration0004 = """
    -- Evidence that people send (laboratory results, published tables, flows) stands on documents.
    CREATE TABLE batch_documents (
        batch_seq INTEGER NOT NULL REFERENCES log (seq),
        ordinal INTEGER NOT NULL,
        issuer TEXT NOT NULL,
        number TEXT NOT NULL,
        row_count INTEGER NOT NULL,
        PRIMARY KEY (batch_seq, ordinal)
    ) WITHOUT ROWID;
    CREATE INDEX batch_documents_by_number ON batch_documents (number);

    CREATE TRIGGER batch_documents_refuses_update BEFORE UPDATE ON batch_documents
    BEGIN SELECT RAISE(ABORT, 'batch_documents only grows: corrections are new rows'); END;
    CREATE TRIGGER batch_documents_refuses_delete BEFORE DELETE ON batch_documents
    BEGIN SELECT RAISE(ABORT, 'batch_documents only grows: corrections are new rows'); END;
    """
