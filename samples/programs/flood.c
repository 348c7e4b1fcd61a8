/* Maps and unmaps memory by system calls faster than anybody reads of it, and then a little more.
 *
 *     flood
 *
 * Talks: `ready`, waits for a line; maps and unmaps a page FLOOD times (site_flood), says `flooded`, waits for a
 * line; maps AFTER ranges of two pages and unmaps half of them (site_after), says `done`, waits for a line.
 */
#define _GNU_SOURCE
#include "talk.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define FLOOD 100000
#define AFTER 100

static size_t page;

char *site_flood(void)
{
	char *range = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (range == MAP_FAILED)
		give_up("cannot map a page");
	return range;
}

char *site_after(void)
{
	char *range = mmap(NULL, 2 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (range == MAP_FAILED)
		give_up("cannot map two pages");
	return range;
}

int main(void)
{
	page = sysconf(_SC_PAGESIZE);
	say("ready\n");
	heard_line();
	for (int i = 0; i < FLOOD; i++)
		munmap(site_flood(), page);
	say("flooded\n");
	heard_line();
	for (int i = 0; i < AFTER; i++) {
		char *range = site_after();

		if (i % 2)
			munmap(range, 2 * page);
	}
	say("done\n");
	heard_line();
	return 0;
}
