/* Allocates for stress.c, which loads and unloads it again and again. */
#include <stdlib.h>

__attribute__((noipa)) void *site_library(size_t size)
{
	return malloc(size);
}
