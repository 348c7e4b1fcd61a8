/* What one malloc(64)/free pair, or one page fault, costs under a stack of a given depth, while it is traced or not.
 *
 *     depth SECONDS FRAMES [faults]
 *
 * FRAMES functions, with frames of 32 to 144 bytes, call each other; below them it allocates, or touches new pages.
 * Says nanoseconds per pair, or per page, one line for every tenth of a second. All are of processor time: others may be
 * busy, too.
 */
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define BLOCK_SIZE 64
#define INTERVAL_NS 1e8
#define PAIRS_PER_LOOK 256 /* at the clock, which costs as much as several of them */
#define PAGES 65536 /* new at a time */
#define PAGE_SIZE 4096

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

static void say_cost(double ns, unsigned long times)
{
	char text[64];

	snprintf(text, sizeof(text), "%.1f\n", ns / times);
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

/* Dropping the pages again takes time, too, which does not count. */
static void touch_pages(void)
{
	volatile char *pages = mmap(NULL, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long touched = 0;
	double ns = 0, start;

	if (pages == MAP_FAILED || madvise((void *)pages, PAGES * PAGE_SIZE, MADV_NOHUGEPAGE))
		give_up("depth: no memory");
	for (start = now_ns(); start < end_ns; start = now_ns()) {
		for (int i = 0; i < PAGES; i++)
			pages[i * PAGE_SIZE] = 1;
		ns += now_ns() - start;
		touched += PAGES;
		madvise((void *)pages, PAGES * PAGE_SIZE, MADV_DONTNEED);
		if (ns < INTERVAL_NS)
			continue;
		say_cost(ns, touched);
		ns = touched = 0;
	}
}

static void (*work)(void) = allocate_pairs;

static void do_work(void)
{
	work();
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
	do_work,
	NAMES(10), NAMES(11), NAMES(12), NAMES(13), NAMES(14), NAMES(15),
	NAMES(16), NAMES(17), NAMES(18), NAMES(19), NAMES(20), NAMES(21),
};

#define MAX_LINKS (int)(sizeof(links) / sizeof(links[0]) - 1)

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 0;
	int frames = argc > 2 ? atoi(argv[2]) : 0;

	if (seconds <= 0 || frames < 1 || frames > MAX_LINKS)
		give_up("usage: depth SECONDS FRAMES [faults]");
	if (argc > 3 && strcmp(argv[3], "faults") == 0)
		work = touch_pages;
	links_left = frames;
	end_ns = now_ns() + seconds * 1e9;
	links[links_left]();
	return 0;
}
