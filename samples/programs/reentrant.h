/* libreentrant.so: an allocator that calls the program. */
#ifndef REENTRANT_H
#define REENTRANT_H

#include <stddef.h>
#include <stdlib.h>

/* Of this thread: what the next malloc calls before it returns, or realloc before it begins; it is reset before. */
extern __thread void (*in_allocator)(void);

#endif
