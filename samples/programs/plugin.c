#include "frames.h"

KEPT static int plugin_inner(void (*callback)(void), int depth)
{
	if (depth == 0)
		callback();
	else
		depth += plugin_inner(callback, depth - 1);
	return depth;
}

KEPT void plugin_call(void (*callback)(void))
{
	volatile int depth = plugin_inner(callback, 3);

	(void)depth;
}
