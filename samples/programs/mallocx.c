/* Allocates through jemalloc's own interface; https://jemalloc.net/jemalloc.3.html. Talks as truth does. */
#include "sites.h"
#include "talk.h"

#include <jemalloc/jemalloc.h>
#include <stdlib.h>

#define ROUNDS 200
#define MIB ((size_t)1 << 20)

enum { MALLOCX, MALLOCX_ALIGNED, RALLOCX, XALLOCX, XALLOCX_FAILING, LIBC_MALLOC, COUNT };
static struct tally own[COUNT] = {
	[MALLOCX] = { .site = "site_mallocx" },
	[MALLOCX_ALIGNED] = { .site = "site_mallocx_aligned" },
	[RALLOCX] = { .site = "site_rallocx" },
	[XALLOCX] = { .site = "site_xallocx" },
	[XALLOCX_FAILING] = { .site = "site_xallocx_failing" },
	[LIBC_MALLOC] = { .site = "site_malloc" },
};

SITE struct block site_mallocx(size_t size)
{
	return taken(&own[MALLOCX], mallocx(size, 0), size);
}

SITE struct block site_mallocx_aligned(size_t size)
{
	return taken(&own[MALLOCX_ALIGNED], mallocx(size, MALLOCX_ALIGN(4096)), size);
}

SITE struct block site_rallocx(struct block old, size_t size)
{
	return moved(old, taken(&own[RALLOCX], rallocx(old.at, size, 0), size));
}

SITE struct block site_malloc(size_t size)
{
	return taken(&own[LIBC_MALLOC], malloc(size), size);
}

/* What was asked for is at least `size` bytes and at most `extra` more; less than that is a failure. */
static struct block resized(struct block old, size_t real, struct tally *by, size_t size, size_t extra)
{
	if (real < size)
		return old;
	return moved(old, taken(by, old.at, real < size + extra ? real : size + extra));
}

SITE struct block site_xallocx(struct block old, size_t size, size_t extra)
{
	size_t real = xallocx(old.at, size, extra, 0);

	if (real < size)
		give_up("xallocx has failed where there is room");
	return resized(old, real, &own[XALLOCX], size, extra);
}

SITE struct block site_xallocx_failing(struct block old, size_t size)
{
	return resized(old, xallocx(old.at, size, 0, 0), &own[XALLOCX_FAILING], size, 0);
}

static void round_of(int i)
{
	struct block blocks[] = {
		site_mallocx(100 + i),
		site_mallocx_aligned(300),
		site_rallocx(site_mallocx(20), 2000 + i),
		site_xallocx(site_mallocx(100), 105, 0), /* jemalloc's block has 112 bytes */
		site_xallocx(site_malloc(100), 105, 50),
		site_xallocx(site_mallocx(MIB), MIB / 2, 0), /* shrinks */
		site_xallocx_failing(site_mallocx(100), 200),
		site_xallocx_failing(site_malloc(100), TOO_MUCH),
	};

	for (int j = 0; j < 8; j++) {
		if ((i + j) % 3 == 0)
			continue;
		forget(blocks[j]);
		if ((i + j) % 3 == 1)
			dallocx(blocks[j].at, 0);
		else if (j == 1)
			sdallocx(blocks[j].at, blocks[j].size, MALLOCX_ALIGN(4096));
		else
			sdallocx(blocks[j].at, blocks[j].size, 0);
	}
}

int main(void)
{
	free(malloc(1));
	say("ready\n");
	heard_line();
	for (int i = 0; i < ROUNDS; i++)
		round_of(i);
	say_truth(own, COUNT);
	heard_line();
	return 0;
}
