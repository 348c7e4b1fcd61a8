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

KEPT void plugin_call(void (*callback)(void))
{
	volatile int depth = plugin_inner(callback, 3);

	(void)depth;
}
