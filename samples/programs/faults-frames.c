/* Pages of which only the frames, the places in physical memory, tell what they are. See faults.c. */
#define _GNU_SOURCE
#include "faults.h"
#include "talk.h"

#define FRAME ((1ULL << 55) - 1) /* of an entry of the pagemap */
#define TRIES 1000

/* Which huge page has the frames of two of these pages or more, in places from `first` on; 0: none. */
static uint64_t find_neighbours(const char *pages, size_t nr, size_t first)
{
	uint64_t last = 0;

	for (size_t i = 0; i < nr; i++) {
		const uint64_t frame = pagemap_entry(pages + i * PAGE) & FRAME;

		if (frame % HUGE_PAGES < first)
			continue;
		if (frame / HUGE_PAGES == last)
			return last;
		last = frame / HUGE_PAGES;
	}
	return 0;
}

/*
 * Memory that came without a fault, where nothing was before. What does not serve stays, or the kernel would give out the
 * same frames again.
 */
static char *map_neighbours(size_t nr, size_t first, uint64_t *huge)
{
	char *pages = map(TRIES * nr);

	for (int i = 0; i < TRIES; i++, pages += nr * PAGE) {
		if (madvise(pages, nr * PAGE, MADV_POPULATE_WRITE))
			give_up("faults: no MADV_POPULATE_WRITE");
		nobody += nr;
		*huge = find_neighbours(pages, nr, first);
		if (*huge)
			return pages;
	}
	give_up("faults: no neighbouring frames, which only root is told");
}

static void move_page(char *from, char *to)
{
	if (mremap(from, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
		give_up("faults: cannot move a page");
}

/* Neighbours that came without a fault lie as if they were parts of a huge page: so do some by chance, now and then. */
void site_among_frames(void)
{
	const size_t first = 200, nr = 64;
	char *block = huge_aligned(map(2 * HUGE_PAGES)), *pages;
	uint64_t huge, frame;

	madvise(block, HUGE_PAGES * PAGE, MADV_NOHUGEPAGE);
	write_pages(block, first);
	madvise(block + 50 * PAGE, 50 * PAGE, MADV_DONTNEED);
	pages = map_neighbours(nr, first, &huge);
	for (size_t i = 0; i < nr; i++) {
		frame = pagemap_entry(pages + i * PAGE) & FRAME;
		if (frame / HUGE_PAGES == huge && frame % HUGE_PAGES >= first)
			move_page(pages + i * PAGE, block + frame % HUGE_PAGES * PAGE);
	}
	remember(__func__, ANON, first - 50);
}

void run_frame_sites(void)
{
	site_among_frames();
}
