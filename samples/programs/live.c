/* Keeps many blocks, and says what a malloc/free pair costs beside them.
 *
 *     live BLOCKS
 *
 * Says "ready". At a line it allocates BLOCKS blocks of 32 bytes, and says the truth as truth.c does; at the
 * next it says the nanoseconds of a malloc(64)/free pair; at the next it frees the blocks and says the
 * truth again; at the next it ends.
 */
#define _GNU_SOURCE
#include "talk.h"
#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define SITE __attribute__((noipa))
#define PAIRS 200000

static struct tally tally = { .site = "site_live" };

SITE struct block site_live(void)
{
	return taken(&tally, malloc(32), 32);
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static void say_cost(void)
{
	char text[64];
	double start = now_ns();

	for (int i = 0; i < PAIRS; i++)
		free(malloc(64));
	snprintf(text, sizeof(text), "%.1f\n", (now_ns() - start) / PAIRS);
	say(text);
}

/* Where the blocks are noted is no block itself. */
static void **notes_for(size_t count)
{
	void *notes = mmap(NULL, count * sizeof(void *), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (notes == MAP_FAILED)
		give_up("out of memory");
	return notes;
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	void **live;

	if (count == 0)
		give_up("usage: live BLOCKS");
	live = notes_for(count);
	say("ready\n");
	heard_line();
	for (size_t i = 0; i < count; i++)
		live[i] = site_live().at;
	say_truth(&tally, 1);
	heard_line();
	say_cost();
	heard_line();
	for (size_t i = 0; i < count; i++)
		release((struct block){ .by = &tally, .at = live[i], .size = 32 });
	say_truth(&tally, 1);
	heard_line();
	return 0;
}
