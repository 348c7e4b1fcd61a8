/* Allocates from stacks of every kind, and takes each of them for itself with the unwinder of
 * libgcc: what a trace must find is what it says in the end.
 *
 *     frames PLUGIN       the path of libplugin.so
 *
 * Talks as truth.c does; its truth is in stacks.h.
 */
#include "frames-parts.h"
#include "stacks.h"
#include "talk.h"

#include <stdlib.h>

static const int times = 1000;

static KEPT void run_once(int i)
{
	take_shapes(i);
	take_callbacks(i);
	raise_signals();
}

int main(int argc, char **argv)
{
	if (argc != 2)
		give_up("usage: frames PLUGIN");
	prepare_callbacks(argv[1]);
	prepare_signals();
	atexit(say_stacks); /* it runs last */
	wait_to_start();
	for (int i = 0; i < times; i++)
		run_once(i);
	take_steps();
	take_alarms();
	take_thread();
	ends_later();
	return 0;
}
