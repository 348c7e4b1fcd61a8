/* Loads a library and allocates through it.
 *
 *     loads LIBRARY        once it is told to start; allocates right away, and again after another line
 *     loads LIBRARY now    before it says that it is ready
 *
 * LIBRARY is a libplugin.so. Talks as truth.c does; it has no truth to tell but "early" and "late":
 * a thousand calls of malloc(100) in early, then as many of malloc(200) in late.
 */
#include "frames.h"
#include "talk.h"

#include <dlfcn.h>
#include <stdlib.h>

static const int times = 1000;

static KEPT void touch(void *buffer)
{
	*(volatile char *)buffer = 1;
}

static KEPT void early(void)
{
	char *block = malloc(100);

	touch(block);
	free(block);
}

static KEPT void late(void)
{
	char *block = malloc(200);

	touch(block);
	free(block);
}

static plugin_function load(const char *library)
{
	void *handle = dlopen(library, RTLD_NOW);
	plugin_function function = handle ? (plugin_function)dlsym(handle, "plugin_call") : NULL;

	if (function == NULL)
		give_up(dlerror());
	return function;
}

static KEPT void allocate(plugin_function function, void (*callback)(void))
{
	for (int i = 0; i < times; i++)
		function(callback);
}

int main(int argc, char **argv)
{
	plugin_function function = argc == 3 ? load(argv[1]) : NULL;

	if (argc < 2)
		give_up("usage: loads LIBRARY [now]");
	say("ready\n");
	heard_line();
	if (function == NULL)
		function = load(argv[1]);
	allocate(function, early);
	say("early\n");
	heard_line();
	allocate(function, late);
	say("late\n");
	heard_line();
	return 0;
}
