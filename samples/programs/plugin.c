#include "frames.h"

KEPT static int plugin_inner(void (*callback)(void), int depth)
{
	volatile int below = 0; /* what is done after the call keeps it from being made a loop */

	if (depth == 0)
		callback();
	else
		below = plugin_inner(callback, depth - 1);
	return below + depth;
}

/* The dynamic linker allocates it when a thread first comes here. */
static __thread volatile char of_thread[5000];

KEPT void plugin_call(void (*callback)(void))
{
	of_thread[0] = 3;
	of_thread[1] = plugin_inner(callback, of_thread[0]);
}
