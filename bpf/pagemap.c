// SPDX-License-Identifier: MIT
/*
 * /proc/PID/pagemap, a word for every page that is mapped, present or not; Documentation/admin-guide/mm/pagemap.rst. It does
 * not name the zero page and huge pages: page frames tell them.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "resident.h"

int open_pagemap(const struct process *process)
{
	char *path = formatted("/proc/%d/pagemap", process->pid);
	int pagemap = open(path, O_RDONLY | O_CLOEXEC);

	free(path);
	return pagemap;
}

void add_run(struct runs *runs, const struct page_run *run)
{
	struct page_run *last = runs->nr ? &runs->run[runs->nr - 1] : NULL;

	if (last && last->first + last->nr == run->first && last->what == run->what) {
		last->nr += run->nr;
		return;
	}
	runs->run = grow(runs->run, runs->nr, sizeof(*run));
	runs->run[runs->nr++] = *run;
}

/* Entries at a time: whole huge pages. */
#define ENTRIES (1 << 16)
/* Entries of holes are read, too: a mapping of terabytes would take minutes. Of one that is not small we look whether it is in use. */
#define SMALL_PAGES (1ULL << 18)
#define MOST_PAGES (1ULL << 26)

uint64_t huge_pages(void)
{
	return sysconf(_SC_PAGESIZE) / sizeof(uint64_t);
}

/* Frames that everybody shares. 0: unknown. */
static struct {
	uint64_t zero, huge_zero;
} frames;

/* The frame of a page of ours. */
static uint64_t frame_at(const volatile char *address)
{
	const uint64_t page = (uintptr_t)address / sysconf(_SC_PAGESIZE);
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;

	if (pagemap < 0)
		return 0;
	if (pread(pagemap, &entry, sizeof(entry), page * sizeof(entry)) != sizeof(entry))
		entry = 0;
	close(pagemap);
	return PAGEMAP_FRAME(entry);
}

/* By reading new memory, small and huge. */
static void find_zero_frames(void)
{
	const size_t size = sysconf(_SC_PAGESIZE), huge = huge_pages() * size;
	char *memory = mmap(NULL, 2 * huge, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *aligned = memory + (huge - (uintptr_t)memory % huge) % huge;

	if (memory == MAP_FAILED)
		return;
	madvise(memory, 2 * huge, MADV_NOHUGEPAGE);
	(void)*(volatile char *)aligned;
	frames.zero = frame_at(aligned);
	munmap(aligned, size);
	aligned = mmap(aligned, huge, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (aligned != MAP_FAILED && madvise(aligned, huge, MADV_HUGEPAGE) == 0) {
		(void)*(volatile char *)aligned;
		frames.huge_zero = frame_at(aligned);
	}
	munmap(memory, 2 * huge);
	if (frames.huge_zero == frames.zero || frames.huge_zero % huge_pages())
		frames.huge_zero = 0;
}

static bool is_zero(uint64_t frame)
{
	return frame && (frame == frames.zero || (frames.huge_zero && frame - frames.huge_zero < huge_pages()));
}

static uint32_t what_is(uint64_t entry)
{
	if (!(entry & PAGEMAP_PRESENT))
		return PAGE_SWAPPED;
	return (entry & PAGEMAP_FILE ? PAGE_FILE : 0) | (is_zero(PAGEMAP_FRAME(entry)) ? PAGE_ZERO : 0);
}

/* Whether all of these entries are one huge page of memory without a file: frames in a row. */
static bool is_huge_page(const uint64_t *entries)
{
	const uint64_t first = PAGEMAP_FRAME(entries[0]);

	if (!first || first % huge_pages())
		return false;
	for (uint64_t i = 0; i < huge_pages(); i++)
		if (!(entries[i] & PAGEMAP_PRESENT) || entries[i] & PAGEMAP_FILE || PAGEMAP_FRAME(entries[i]) != first + i)
			return false;
	return true;
}

/* Entries from a page on; the first may lie within a huge page. */
static void add_entries(struct runs *runs, const uint64_t *entries, uint64_t first, size_t nr)
{
	uint32_t huge = 0;

	for (size_t i = 0; i < nr; i++) {
		if ((first + i) % huge_pages() == 0)
			huge = nr - i >= huge_pages() && is_huge_page(entries + i) ? PAGE_HUGE : 0;
		if (entries[i] & (PAGEMAP_PRESENT | PAGEMAP_SWAPPED))
			add_run(runs, &(struct page_run){ first + i, 1, what_is(entries[i]) | huge });
	}
}

/* Up to the end of a huge page, if that is no further than there is room. */
static size_t entries_at_once(uint64_t first, uint64_t end)
{
	uint64_t stop = (first + ENTRIES) / huge_pages() * huge_pages();

	return (stop < end ? stop : end) - first;
}

/* Stops where the process has ended, which its counters will tell. */
static void read_mapping(int pagemap, const struct mapped_pages *mapped, uint64_t *entries, struct runs *runs)
{
	const uint64_t end = mapped->first + mapped->nr;
	size_t nr;

	for (uint64_t first = mapped->first; first < end; first += nr) {
		nr = entries_at_once(first, end);
		if (pread(pagemap, entries, nr * sizeof(*entries), first * sizeof(*entries)) != (ssize_t)(nr * sizeof(*entries)))
			return;
		add_entries(runs, entries, first, nr);
	}
}

/* Bytes that the mapping has in memory or swapped, by /proc/PID/smaps, which passes over what has no page table. */
static uint64_t used_bytes(const struct process *process, const struct mapped_pages *mapped)
{
	const uint64_t size = sysconf(_SC_PAGESIZE);
	uint64_t rss = 0, swap = 0;
	size_t length;
	char *smaps = read_proc(process->pid, "smaps", &length), *rest;
	char *line = formatted("%08" PRIx64 "-%08" PRIx64 " ", mapped->first * size, (mapped->first + mapped->nr) * size);
	char *found = smaps ? strstr(smaps, line) : NULL;

	if (found && (rest = strstr(found, "\nRss:")))
		sscanf(rest, "\nRss: %" SCNu64, &rss);
	if (found && (rest = strstr(found, "\nSwap:")))
		sscanf(rest, "\nSwap: %" SCNu64, &swap);
	free(line);
	free(smaps);
	return (rss + swap) * 1024;
}

static bool is_worth_reading(const struct process *process, const struct mapped_pages *mapped)
{
	static bool told;
	uint64_t used;

	if (mapped->nr <= SMALL_PAGES)
		return strcmp(mapped->kind, "special") != 0;
	used = used_bytes(process, mapped);
	if (used && mapped->nr > MOST_PAGES && !told) {
		event_warning("pid %d (%s) has mapped %" PRIu64 " GiB in one piece: without PAGEMAP_SCAN (Linux 6.7) what of it is "
			      "resident is left out", process->pid, process->name,
			      mapped->nr * sysconf(_SC_PAGESIZE) >> 30);
		told = true;
	}
	return used && mapped->nr <= MOST_PAGES;
}

void read_pagemap(int pagemap, const struct process *process, const struct mapped_pages *mapped, struct runs *runs)
{
	uint64_t *entries = allocate(ENTRIES * sizeof(*entries));

	if (!frames.zero)
		find_zero_frames();
	for (; mapped->nr; mapped++)
		if (is_worth_reading(process, mapped))
			read_mapping(pagemap, mapped, entries, runs);
	free(entries);
}
