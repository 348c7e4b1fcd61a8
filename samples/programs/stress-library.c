/* Allocates for stress.c and reloads.c, which load and unload it again and again. */
#include <stdlib.h>

__attribute__((noipa)) void *site_library(size_t size)
{
	return malloc(size);
}
