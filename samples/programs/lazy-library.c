/* liblazy.so: a function that the dynamic linker chooses when it is called first. The choice allocates. */
#include "frames.h"

#include <stdlib.h>

void *chosen_block;

static void chosen(void)
{
}

static KEPT void (*choose(void))(void)
{
	chosen_block = malloc(4242);
	return chosen;
}

void bound_late(void) __attribute__((ifunc("choose")));
