/* Allocates in a constructor: before the program that needs it has begun. */
#include <stddef.h>
#include <stdlib.h>

#define BLOCKS 25

void *early_blocks[BLOCKS];

__attribute__((noipa)) void *site_library(size_t size)
{
	return malloc(size);
}

__attribute__((constructor)) static void allocate_early(void)
{
	for (int i = 0; i < BLOCKS; i++)
		early_blocks[i] = site_library(40);
}
