// The standards' tables as bytes inside the program: CSV, UTF-8, one header line, a source on every row.
#ifndef TRIBUTARY_STANDARDS_DATA_H
#define TRIBUTARY_STANDARDS_DATA_H

#include <stddef.h>

// One table: its file name without ending, its bytes, their count.
struct tributary_table {
    const char *name;
    const unsigned char *bytes;
    size_t count;
};

// How many tables there are, and the one at an index below that count.
size_t tributary_table_count(void);
struct tributary_table tributary_table_at(size_t index);

#endif
