// The settings of memory that are made before anything runs: the C library's allocator and SQLite's.
#include <malloc.h>

// One pool of memory for all threads.
static inline void tributary_share_one_pool(void) { mallopt(M_ARENA_MAX, 1); }

// Declared here, because Swift cannot call what takes any number of arguments.
extern int sqlite3_config(int option, ...);

// SQLite counts its memory under one lock for all connections, and nobody asks for the count.
static inline void tributary_leave_sqlite_memory_uncounted(void) {
    const int memory_status = 9; // SQLITE_CONFIG_MEMSTATUS
    sqlite3_config(memory_status, 0);
}
