// The settings of the C library's allocator.
#include <malloc.h>

// One pool of memory for all threads.
static inline void tributary_share_one_pool(void) { mallopt(M_ARENA_MAX, 1); }
