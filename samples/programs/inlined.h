/* A function of inlined.c that lies in another file. */
#ifndef INLINED_H
#define INLINED_H

#include <stdlib.h>

static inline __attribute__((always_inline)) char *deepest(size_t size)
{
	return malloc(size); /* line of deepest */
}

#endif
