/* Makes memory resident in known ways, each in a function of its own, and says how many pages of it stay.
 *
 *     faults FILE
 *     faults swap
 *
 * FILE must have 64 pages or more; they are read first, so that they are in memory. Says "ready", waits for a line on stdin,
 * runs every site, says its truth as one line of JSON (README.md of the samples), waits for another line or the end of
 * stdin, and ends. A site whose pages become resident without a fault is told by the others: it has no stack.
 */
#define _GNU_SOURCE
#include "faults.h"
#include "talk.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const kinds[] = { "anon", "file", "shmem" };

static struct truth {
	const char *site;
	enum kind kind;
	size_t pages;
} truths[64];
static size_t nr_truths;
size_t nobody;
int file;

void remember(const char *site, enum kind kind, size_t pages)
{
	truths[nr_truths] = (struct truth){ site, kind, pages };
	__atomic_store_n(&nr_truths, nr_truths + 1, __ATOMIC_RELEASE);
}

char *map_at(char *at, size_t pages, int flags, int fd)
{
	char *memory = mmap(at, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (memory == MAP_FAILED)
		give_up("faults: no memory");
	return memory;
}

char *map(size_t pages)
{
	return map_at(NULL, pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

size_t nr_remembered(void)
{
	return __atomic_load_n(&nr_truths, __ATOMIC_ACQUIRE);
}

static unsigned char present[64 * HUGE_PAGES];

size_t resident_pages(char *memory, size_t pages)
{
	size_t nr = 0;

	if (pages > sizeof(present) || mincore(memory, pages * PAGE, present))
		give_up("faults: mincore failed");
	for (size_t i = 0; i < pages; i++)
		nr += present[i] & 1;
	return nr;
}

uint64_t pagemap_entry(const char *page)
{
	int map = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry;

	if (pread(map, &entry, sizeof(entry), page_of(page) * sizeof(entry)) != sizeof(entry))
		give_up("faults: no pagemap");
	close(map);
	return entry;
}

static void say_pages(void)
{
	char text[4096];
	int length = snprintf(text, sizeof(text), "{\"nobody\":%zu,\"sites\":{", nobody);

	for (size_t i = 0; i < nr_truths; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s\"%s\":{\"kind\":\"%s\",\"pages\":%zu}", i ? "," : "",
				   truths[i].site, kinds[truths[i].kind], truths[i].pages);
	snprintf(text + length, sizeof(text) - length, "}}\n");
	say(text);
}

static void open_file(const char *path)
{
	static char content[FILE_PAGES * PAGE];

	file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0 || read(file, content, sizeof(content)) != sizeof(content))
		give_up("faults: FILE must have 64 pages");
}

static void prepare_sites(const char *path)
{
	prepare_process_sites();
	prepare_dropped_sites();
	open_file(path);
}

static void run_sites(void)
{
	run_memory_sites();
	run_dropped_sites();
	run_process_sites();
	run_frame_sites();
}

int main(int argc, char **argv)
{
	const bool swaps = argc == 2 && strcmp(argv[1], "swap") == 0;

	if (argc != 2)
		give_up("usage: faults FILE|swap");
	/* Or they would become resident in the middle of a site. */
	memset(present, 1, sizeof(present));
	memset(truths, 1, sizeof(truths));
	if (swaps)
		prepare_swap_sites();
	else
		prepare_sites(argv[1]);
	say("ready\n");
	if (!heard_line())
		return 0;
	(swaps ? run_swap_sites : run_sites)();
	say_pages();
	heard_line();
	return 0;
}
