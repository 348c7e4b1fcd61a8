/* Memory that goes to swap and comes back; there must be some. See faults.c. */
#define _GNU_SOURCE
#include "faults.h"
#include "talk.h"

#include <unistd.h>

#define PRESENT (1ULL << 63)
#define PATIENCE 1000

static char *here, *away;

static size_t pages_present(const char *memory, size_t pages)
{
	size_t nr = 0;

	for (size_t i = 0; i < pages; i++)
		nr += pagemap_entry(memory + i * PAGE) & PRESENT ? 1 : 0;
	return nr;
}

/* The kernel leaves out pages that are in use for a moment. */
static void page_out(char *memory, size_t pages)
{
	for (int i = 0; pages_present(memory, pages); i++) {
		if (i == PATIENCE)
			give_up("faults: nothing goes to swap");
		if (madvise(memory, pages * PAGE, MADV_PAGEOUT))
			give_up("faults: no MADV_PAGEOUT");
		usleep(1000);
	}
}

static void site_went_out(void)
{
	char *memory = map(300);

	write_pages(memory, 300);
	page_out(memory, 300);
	remember(__func__, ANON, 0);
}

static void site_back_again(char *memory)
{
	read_pages(memory, 80);
	remember(__func__, ANON, 80);
}

static void site_went_and_came(void)
{
	char *memory = map(200);

	write_pages(memory, 200);
	page_out(memory, 200);
	remember(__func__, ANON, 0);
	site_back_again(memory);
}

/* What was in swap before the trace. */
static void site_came_back(void)
{
	write_pages(away, 90);
	remember(__func__, ANON, 90);
}

/* 100 pages that are there before the trace, and 90 that are in swap. */
void prepare_swap_sites(void)
{
	here = map(100);
	away = map(90);
	write_pages(here, 100);
	write_pages(away, 90);
	page_out(away, 90);
}

/* In the end 520 pages are in swap, 100 of which were not when the trace began. */
void run_swap_sites(void)
{
	site_went_out();
	site_went_and_came();
	site_came_back();
	page_out(here, 100);
}
