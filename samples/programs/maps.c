/* Maps and unmaps memory by system calls in known ways, and counts for itself, per call site, what a trace must find.
 *
 *     maps
 *
 * Talks as truth does (README.md of the samples); in its truth `all` is what was mapped and `unfreed` what is
 * still mapped. Between the line and the truth malloc maps memory, too, which is its own affair.
 */
#define _GNU_SOURCE
#include "tally.h"
#include "talk.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
#define ARENA_BLOCKS 100
#define MANY 2000

enum site {
	PLAIN, ODD, PARTIAL, HOLES, UNDER, FIXED, GROWN_FROM, GROWN, SHRUNK_FROM, SHRUNK, MOVED_FROM, TARGET, MOVED, KEPT,
	TWIN, BREAK, FAILING, STUCK, SHARED, SECOND, HANDED, MANY_RANGES, BEFORE, NR_SITES
};

static struct tally tallies[NR_SITES] = {
	[PLAIN] = { "site_plain" },	      [ODD] = { "site_odd" },
	[PARTIAL] = { "site_partial" },	      [HOLES] = { "site_holes" },
	[UNDER] = { "site_under" },	      [FIXED] = { "site_fixed" },
	[GROWN_FROM] = { "site_grown_from" }, [GROWN] = { "site_grown" },
	[SHRUNK_FROM] = { "site_shrunk_from" }, [SHRUNK] = { "site_shrunk" },
	[MOVED_FROM] = { "site_moved_from" }, [TARGET] = { "site_target" },
	[MOVED] = { "site_moved" },	      [KEPT] = { "site_kept" },
	[TWIN] = { "site_twin" },	      [BREAK] = { "site_break" },
	[FAILING] = { "site_failing" },	      [STUCK] = { "site_stuck" },
	[SHARED] = { "site_shared" },	      [SECOND] = { "site_second" },
	[HANDED] = { "site_handed" },
	[MANY_RANGES] = { "site_many" },      [BEFORE] = { "site_before" },
};

static size_t page;
static char *before;

static void mapped(enum site site, size_t pages)
{
	tallies[site].all_bytes += pages * page;
	tallies[site].all_calls += 1;
}

/* `last`: nothing is left of what a call has mapped. */
static void unmapped(enum site site, size_t pages, bool last)
{
	tallies[site].freed_bytes += pages * page;
	tallies[site].freed_calls += last;
}

#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
#define READ_WRITE (PROT_READ | PROT_WRITE)

#define MAP_SITE(name, which)                                                        \
	char *name(size_t pages)                                                     \
	{                                                                            \
		mapped(which, pages);                                                \
		return mmap(NULL, pages * page, READ_WRITE, ANONYMOUS, -1, 0);       \
	}

MAP_SITE(site_plain, PLAIN)
MAP_SITE(site_partial, PARTIAL)
MAP_SITE(site_holes, HOLES)
MAP_SITE(site_under, UNDER)
MAP_SITE(site_grown_from, GROWN_FROM)
MAP_SITE(site_shrunk_from, SHRUNK_FROM)
MAP_SITE(site_moved_from, MOVED_FROM)
MAP_SITE(site_target, TARGET)
MAP_SITE(site_kept, KEPT)
MAP_SITE(site_stuck, STUCK)
MAP_SITE(site_handed, HANDED)
MAP_SITE(site_many, MANY_RANGES)
MAP_SITE(site_before, BEFORE)

/* Only whole pages can be mapped. */
void site_odd(void)
{
	mapped(ODD, 2);
	mmap(NULL, page + 1, PROT_NONE, ANONYMOUS | MAP_NORESERVE, -1, 0);
}

void site_fixed(char *where, size_t pages)
{
	mapped(FIXED, pages);
	mmap(where, pages * page, PROT_READ, ANONYMOUS | MAP_FIXED, -1, 0);
}

char *site_shared(size_t pages)
{
	mapped(SHARED, pages);
	return mmap(NULL, pages * page, READ_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

char *site_grown(char *old, size_t from, size_t to)
{
	mapped(GROWN, to);
	return mremap(old, from * page, to * page, MREMAP_MAYMOVE);
}

void site_shrunk(char *old, size_t from, size_t to)
{
	mapped(SHRUNK, to);
	mremap(old, from * page, to * page, 0);
}

void site_moved(char *old, size_t pages, char *to)
{
	mapped(MOVED, pages);
	mremap(old, pages * page, pages * page, MREMAP_MAYMOVE | MREMAP_FIXED, to);
}

void site_twin(char *old, size_t pages)
{
	mapped(TWIN, pages);
	mremap(old, pages * page, pages * page, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
}

/* An old size of 0 maps shared memory once more. */
void site_second(char *old, size_t pages)
{
	mapped(SECOND, pages);
	mremap(old, 0, pages * page, MREMAP_MAYMOVE);
}

/* Nothing comes of it. */
void site_failing(char *other)
{
	if (mmap(NULL, (size_t)1 << 60, READ_WRITE, ANONYMOUS, -1, 0) != MAP_FAILED || munmap(other + 1, page) == 0 ||
	    mremap(other, page, 2 * page, 0) != MAP_FAILED)
		give_up("what should fail has not");
}

void site_break(long pages)
{
	uintptr_t now = syscall(SYS_brk, 0);

	if ((uintptr_t)syscall(SYS_brk, now + pages * (long)page) != now + pages * page)
		give_up("the break does not move");
}

static void plain(void)
{
	for (int i = 0; i < 10; i++) {
		char *range = site_plain(5);

		if (i >= 3)
			continue;
		munmap(range, 5 * page);
		unmapped(PLAIN, 5, true);
	}
	site_odd();
	munmap(before, 4 * page);
}

static void parts(void)
{
	char *range = site_partial(10), *holes = site_holes(6);

	munmap(range + 3 * page, 4 * page);
	unmapped(PARTIAL, 4, false);
	munmap(holes, 2 * page);
	munmap(holes + 4 * page, 2 * page);
	munmap(holes + page, 3 * page); /* half of it is not there any more */
	unmapped(HOLES, 6, true);
}

static void overlaps(void)
{
	char *under = site_under(8), *all = site_under(3);

	site_fixed(under + 2 * page, 3);
	unmapped(UNDER, 3, false);
	site_fixed(all, 3);
	unmapped(UNDER, 3, true);
	munmap(under + 4 * page, 2 * page); /* of both */
	unmapped(FIXED, 1, false);
	unmapped(UNDER, 1, false);
}

static void moves(void)
{
	char *range = site_grown(site_grown_from(2), 2, 300), *target;

	unmapped(GROWN_FROM, 2, true);
	munmap(range + page, page);
	unmapped(GROWN, 1, false);
	site_shrunk(site_shrunk_from(6), 6, 2);
	unmapped(SHRUNK_FROM, 6, true);
	target = site_target(4);
	site_moved(site_moved_from(3), 3, target);
	unmapped(MOVED_FROM, 3, true);
	unmapped(TARGET, 3, false);
	site_twin(site_kept(7), 7);
}

static void failures(void)
{
	char *two = site_stuck(2);

	site_failing(two);
}

static void breaks(void)
{
	mapped(BREAK, 5);
	site_break(5);
	site_break(-2);
	unmapped(BREAK, 2, false);
}

static void *unmap_and_allocate(void *range)
{
	munmap(range, 9 * page);
	unmapped(HANDED, 9, true);
	for (int i = 0; i < ARENA_BLOCKS; i++)
		if (!malloc(1000)) /* this thread's arena is 128 MB of address space */
			give_up("no memory");
	return NULL;
}

static void other_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, unmap_and_allocate, site_handed(9));
	pthread_join(thread, NULL);
}

/* It maps large blocks, moves them and unmaps them. */
static void allocator(void)
{
	char *blocks[4];

	for (int i = 0; i < 4; i++)
		blocks[i] = malloc(MIB);
	blocks[0] = realloc(blocks[0], 8 * MIB);
	free(blocks[1]);
}

static void many(void)
{
	char *range = site_many(MANY);

	for (int i = 1; i < MANY; i += 2)
		munmap(range + i * page, page);
	unmapped(MANY_RANGES, MANY / 2, false);
}

int main(void)
{
	page = sysconf(_SC_PAGESIZE);
	before = site_before(4);
	tallies[BEFORE] = (struct tally){ .site = "site_before" };
	say("ready\n");
	heard_line();
	plain();
	parts();
	overlaps();
	moves();
	failures();
	allocator();
	other_thread();
	site_second(site_shared(2), 2);
	many();
	breaks();
	say_truth(tallies, NR_SITES);
	heard_line();
}
