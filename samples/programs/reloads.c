/* Loads and unloads two libraries in turns, so that each comes to lie where the other was.
 *
 *     reloads TIMES
 *
 * libstress.so and libstress-other.so allocate, each from a function of its own name. Talks as truth.c does.
 */
#include "talk.h"
#include "tally.h"

#include <dlfcn.h>
#include <stdlib.h>

#define CALLS 10

static struct tally tallies[] = { { .site = "site_library" }, { .site = "site_other" } };

static void use(const char *path, struct tally *tally, size_t size)
{
	void *library = dlopen(path, RTLD_NOW);
	void *(*allocate)(size_t) = library == NULL ? NULL : dlsym(library, tally->site);

	if (allocate == NULL)
		give_up(dlerror());
	for (int i = 0; i < CALLS; i++)
		taken(tally, allocate(size), size);
	dlclose(library);
}

int main(int argc, char **argv)
{
	int times = argc > 1 ? atoi(argv[1]) : 0;

	if (times <= 0)
		give_up("usage: reloads TIMES");
	say("ready\n");
	heard_line();
	for (int i = 0; i < times; i++) {
		use("$ORIGIN/libstress.so", &tallies[0], 100);
		use("$ORIGIN/libstress-other.so", &tallies[1], 200);
	}
	say_truth(tallies, 2);
	heard_line();
	return 0;
}
