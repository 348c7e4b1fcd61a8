/* What one malloc(64)/free pair costs under a stack of a given depth, while it is traced or not.
 *
 *     depth SECONDS FRAMES
 *
 * FRAMES functions, with frames of 32 to 144 bytes, call each other; below them it allocates. Says nanoseconds
 * per pair, one line for every tenth of a second. All are of processor time: others may be busy, too.
 */
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BLOCK_SIZE 64
#define INTERVAL_NS 1e8
#define PAIRS_PER_LOOK 256 /* at the clock, which costs as much as several of them */

typedef void (*link_fn)(void);

extern const link_fn links[];
static int links_left;
static double end_ns;

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static void say_cost(double ns, unsigned long pairs)
{
	char text[64];

	snprintf(text, sizeof(text), "%.1f\n", ns / pairs);
	say(text);
}

static void allocate_pairs(void)
{
	double start = now_ns(), now = start;
	unsigned long pairs = 0;

	for (; now < end_ns; now = now_ns()) {
		for (int i = 0; i < PAIRS_PER_LOOK; i++)
			free(malloc(BLOCK_SIZE));
		pairs += PAIRS_PER_LOOK;
		if (now - start < INTERVAL_NS)
			continue;
		say_cost(now - start, pairs - PAIRS_PER_LOOK);
		start = now;
		pairs = PAIRS_PER_LOOK;
	}
}

/* Functions whose frames differ in size. The array is there to be in the way. */
#define LINK(number)                                               \
	static void link_##number(void)                            \
	{                                                          \
		volatile char local[16 + 16 * (number % 8)];       \
                                                                   \
		(void)local;                                       \
		local[0] = 0;                                      \
		links[--links_left]();                             \
	}
#define TEN(tens)                                                                   \
	LINK(tens##0) LINK(tens##1) LINK(tens##2) LINK(tens##3) LINK(tens##4)       \
	LINK(tens##5) LINK(tens##6) LINK(tens##7) LINK(tens##8) LINK(tens##9)
#define NAMES(tens)                                                                 \
	link_##tens##0, link_##tens##1, link_##tens##2, link_##tens##3,             \
	link_##tens##4, link_##tens##5, link_##tens##6, link_##tens##7,             \
	link_##tens##8, link_##tens##9

TEN(10) TEN(11) TEN(12) TEN(13) TEN(14) TEN(15) TEN(16) TEN(17) TEN(18) TEN(19) TEN(20) TEN(21)

const link_fn links[] = {
	allocate_pairs,
	NAMES(10), NAMES(11), NAMES(12), NAMES(13), NAMES(14), NAMES(15),
	NAMES(16), NAMES(17), NAMES(18), NAMES(19), NAMES(20), NAMES(21),
};

#define MAX_LINKS (int)(sizeof(links) / sizeof(links[0]) - 1)

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 0;
	int frames = argc > 2 ? atoi(argv[2]) : 0;

	if (seconds <= 0 || frames < 1 || frames > MAX_LINKS)
		give_up("usage: depth SECONDS FRAMES");
	links_left = frames;
	end_ns = now_ns() + seconds * 1e9;
	links[links_left]();
	return 0;
}
