// SPDX-License-Identifier: MIT
/*
 * What only page frames tell. Huge pages that were taken apart, as by munmap of a part of one: the page table has small pages
 * then, which still lie where the huge page lay, each at its own place in an aligned block of frames. Others do by chance, so
 * the kernel is asked whether these frames are one page. And pages that are on their way to another frame (compaction, NUMA
 * balancing): they look swapped, but are in memory, and RSS counts them. Without CAP_SYS_ADMIN nobody is told the frames.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "resident.h"

/* Entries of the page table for what a huge page spans. */
struct huge_block {
	uint64_t number; /* address / size of a huge page */
	uint64_t frame; /* where the huge page lies, or lay, that they are from; 0: there was none */
	uint64_t *entries;
};

/* Of a process; of the machine: a word for every frame, see is_huge_frame(). */
struct frame_files {
	int pagemap, kpageflags;
};

/* Where a huge page lies that the page can be a part of; 0 when it can not. */
static uint64_t huge_frame_of(uint64_t entry, uint64_t place)
{
	const uint64_t frame = PAGEMAP_FRAME(entry);

	if (!(entry & PAGEMAP_PRESENT) || entry & PAGEMAP_FILE || frame % huge_pages() != place)
		return 0;
	return frame - place;
}

/* In /proc/kpageflags; Documentation/admin-guide/mm/pagemap.rst. */
#define FRAME_HEAD (1ULL << 15) /* the first of a page of several frames */
#define FRAME_TAIL (1ULL << 16) /* another one of it */

/* Whether the frames from there on are a huge page, mapped as one or not. */
static bool is_huge_frame(int kpageflags, uint64_t frame)
{
	const size_t nr = huge_pages(), size = nr * sizeof(uint64_t);
	uint64_t flags[nr];
	size_t tails = 0;

	if (pread(kpageflags, flags, size, frame * sizeof(*flags)) != (ssize_t)size || !(flags[0] & FRAME_HEAD))
		return false;
	while (tails + 1 < nr && flags[tails + 1] & FRAME_TAIL)
		tails++;
	return tails + 1 == nr;
}

/* The one that some of them are a part of still: what is mapped by parts is one page still, mostly. */
static uint64_t find_huge_page(int kpageflags, const uint64_t *entries)
{
	uint64_t last = 0;

	for (uint64_t i = 0; i < huge_pages(); i++) {
		const uint64_t frame = huge_frame_of(entries[i], i);

		if (frame && frame != last && is_huge_frame(kpageflags, frame))
			return frame;
		last = frame;
	}
	return 0;
}

/*
 * Where most of the pages that are there lie as parts of a huge page, by the vote of Boyer and Moore (1981). Under memory
 * pressure, or by MADV_FREE or MADV_COLD on a part, the kernel makes small pages of one, in their place.
 */
static uint64_t find_former_huge_page(const uint64_t *entries)
{
	uint64_t found = 0, votes = 0, pages = 0, present = 0;

	for (uint64_t i = 0; i < huge_pages(); i++) {
		const uint64_t frame = huge_frame_of(entries[i], i);

		if (!(entries[i] & PAGEMAP_PRESENT))
			continue;
		if (!votes)
			found = frame;
		votes += frame == found ? 1 : -1;
	}
	for (uint64_t i = 0; i < huge_pages(); i++) {
		present += entries[i] & PAGEMAP_PRESENT ? 1 : 0;
		pages += huge_frame_of(entries[i], i) == found;
	}
	return found && pages > 1 && 2 * pages > present ? found : 0;
}

static void read_block(const struct frame_files *files, uint64_t number, struct huge_block *block)
{
	const ssize_t size = huge_pages() * sizeof(*block->entries);

	if (block->number == number)
		return;
	block->number = number;
	if (pread(files->pagemap, block->entries, size, number * size) != size)
		memset(block->entries, 0, size); /* the process has ended */
	block->frame = find_huge_page(files->kpageflags, block->entries) ?: find_former_huge_page(block->entries);
}

/* A run of small pages of memory without a file. */
static void mark_run(const struct frame_files *files, const struct page_run *run, struct huge_block *block, struct runs *marked)
{
	for (uint64_t page = run->first; page < run->first + run->nr; page++) {
		const uint64_t place = page % huge_pages();
		uint32_t what = 0;

		read_block(files, page / huge_pages(), block);
		if (block->frame && huge_frame_of(block->entries[place], place) == block->frame)
			what = PAGE_SPLIT;
		add_run(marked, &(struct page_run){ page, 1, what });
	}
}

/* Number of swap areas that there can be; include/linux/swap.h leaves the higher types to the kernel's own entries. */
#define MOST_SWAP_AREAS 23

static bool is_in_memory(uint64_t entry)
{
	return entry & PAGEMAP_PRESENT || (entry & PAGEMAP_SWAPPED && PAGEMAP_SWAP_TYPE(entry) >= MOST_SWAP_AREAS);
}

/* A run of pages that look swapped. */
static void find_moving(const struct frame_files *files, const struct page_run *run, struct huge_block *block, struct runs *found)
{
	for (uint64_t page = run->first; page < run->first + run->nr; page++) {
		uint32_t what = run->what;

		read_block(files, page / huge_pages(), block);
		if (is_in_memory(block->entries[page % huge_pages()]))
			what &= ~PAGE_SWAPPED;
		add_run(found, &(struct page_run){ page, 1, what });
	}
}

void look_at_frames(const struct process *process, enum moment moment, struct runs *runs)
{
	struct huge_block block = { .number = UINT64_MAX, .entries = allocate(huge_pages() * sizeof(*block.entries)) };
	const struct frame_files files = { open_pagemap(process), open("/proc/kpageflags", O_RDONLY | O_CLOEXEC) };
	struct runs found = { NULL, 0 };

	for (size_t i = 0; i < runs->nr; i++) {
		const struct page_run *run = &runs->run[i];

		if (run->what & PAGE_SWAPPED)
			find_moving(&files, run, &block, &found);
		else if (!run->what && moment == AT_END)
			mark_run(&files, run, &block, &found);
		else
			add_run(&found, run);
	}
	close(files.pagemap);
	close(files.kpageflags);
	free(block.entries);
	free(runs->run);
	*runs = found;
}
