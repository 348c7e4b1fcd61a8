/* Takes more and more memory, step by step, in ways of which some go on and some come to an end, and knows how much it
 * had after every system call.
 *
 *     growing [STEPS]
 *
 * Talks as truth does (README.md of the samples), but without STEPS it goes on until it hears another line, and says `full`
 * when its caches are. In its truth `unfreed` of a site that maps is what is still mapped. A second line of truth has what was mapped
 * after each of the system calls, in their order, in bytes: [[site_map_leak, site_map_cache, site_map_array], ...].
 */
#define _GNU_SOURCE
#include "tally.h"
#include "talk.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define LEAK_PAGES 16
#define CACHED_PAGES 64
#define ARRAY_PAGES 8
#define LEAK_BYTES 5000
#define CACHED_BYTES 30000
#define CACHED 20 /* ranges, and blocks */
#define STEP_MS 10
#define MOST_STEPS 5000
#define CALLS_A_STEP 5 /* at most, a move being two */

enum site { MAP_LEAK, MAP_CACHE, MAP_ARRAY, NR_MAPS, HEAP_LEAK = NR_MAPS, HEAP_CACHE, NR_SITES };

static struct tally tallies[NR_SITES] = {
	[MAP_LEAK] = { "site_map_leak" },   [MAP_CACHE] = { "site_map_cache" },	  [MAP_ARRAY] = { "site_map_array" },
	[HEAP_LEAK] = { "site_heap_leak" }, [HEAP_CACHE] = { "site_heap_cache" },
};

static size_t page, history[MOST_STEPS * CALLS_A_STEP][NR_MAPS], nr_calls;

static void note_call(void)
{
	for (int i = 0; i < NR_MAPS; i++)
		history[nr_calls][i] = tallies[i].all_bytes - tallies[i].freed_bytes;
	nr_calls++;
}

static void mapped(enum site site, void *range, size_t pages)
{
	if (range == MAP_FAILED)
		give_up("cannot map memory");
	tallies[site].all_bytes += pages * page;
	tallies[site].all_calls += 1;
	note_call();
}

static void unmapped(enum site site, size_t pages)
{
	tallies[site].freed_bytes += pages * page;
	tallies[site].freed_calls += 1;
	note_call();
}

/* The system call itself, so that the site is the function that makes it. */
static inline __attribute__((always_inline)) void *map(size_t pages)
{
	return mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void site_map_leak(void)
{
	mapped(MAP_LEAK, map(LEAK_PAGES), LEAK_PAGES);
}

/* The oldest makes room. */
void site_map_cache(unsigned step)
{
	static void *ranges[CACHED];
	void **range = &ranges[step % CACHED];

	if (*range) {
		munmap(*range, CACHED_PAGES * page);
		unmapped(MAP_CACHE, CACHED_PAGES);
	}
	*range = map(CACHED_PAGES);
	mapped(MAP_CACHE, *range, CACHED_PAGES);
}

/* What is there at first was mapped before the trace. */
void site_map_array(void *array, unsigned step)
{
	static void *at;
	size_t from = (step + 1) * ARRAY_PAGES, to = from + ARRAY_PAGES;

	at = mremap(step ? at : array, from * page, to * page, MREMAP_MAYMOVE);
	if (step)
		unmapped(MAP_ARRAY, from);
	mapped(MAP_ARRAY, at, to);
}

void site_heap_leak(void)
{
	taken(&tallies[HEAP_LEAK], malloc(LEAK_BYTES), LEAK_BYTES);
}

void site_heap_cache(unsigned step)
{
	static struct block blocks[CACHED];
	struct block *block = &blocks[step % CACHED];

	release(*block);
	*block = taken(&tallies[HEAP_CACHE], malloc(CACHED_BYTES), CACHED_BYTES);
}

static bool heard_within(int ms)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&input, 1, ms) > 0;
}

static void say_history(void)
{
	char text[100];

	say("[");
	for (size_t i = 0; i < nr_calls; i++) {
		const size_t *bytes = history[i];

		snprintf(text, sizeof(text), "%s[%zu,%zu,%zu]", i ? "," : "", bytes[MAP_LEAK], bytes[MAP_CACHE],
			 bytes[MAP_ARRAY]);
		say(text);
	}
	say("]\n");
}

int main(int argc, char **argv)
{
	const bool is_counted = argc > 1;
	const unsigned steps = is_counted ? atoi(argv[1]) : MOST_STEPS;
	void *array;

	if (steps > MOST_STEPS)
		give_up("so many steps are not remembered");
	page = sysconf(_SC_PAGESIZE);
	array = map(ARRAY_PAGES);
	say("ready\n");
	heard_line();
	for (unsigned step = 0; step < steps && (is_counted || !heard_within(STEP_MS)); step++) {
		site_map_leak();
		site_map_cache(step);
		site_map_array(array, step);
		site_heap_leak();
		site_heap_cache(step);
		if (step == CACHED && !is_counted)
			say("full\n");
	}
	if (!is_counted)
		heard_line();
	say_truth(tallies, NR_SITES);
	say_history();
	heard_line();
}
