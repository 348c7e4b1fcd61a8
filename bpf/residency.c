// SPDX-License-Identifier: MIT
/*
 * Which pages of a process are present: by the system call PAGEMAP_SCAN (Linux 6.7), which passes over what has no page
 * table, or by /proc/PID/pagemap; Documentation/admin-guide/mm/pagemap.rst.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "resident.h"

static struct snapshot snapshots[MAX_PROCESSES][2];

const struct snapshot *snapshot_of(const struct process *process, enum moment moment)
{
	return &snapshots[process - processes][moment];
}

static bool whole_pagemaps;

void read_whole_pagemaps(void)
{
	whole_pagemaps = true;
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

/* include/uapi/linux/fs.h, which is newer than the headers that we are built with. */
struct scan_arguments {
	uint64_t size, flags, start, end, walk_end, regions, nr_regions, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
struct scan_region {
	uint64_t start, end, categories;
};
#define SCAN_PAGEMAP _IOWR('f', 16, struct scan_arguments)
enum { SCAN_FILE = 1 << 2, SCAN_PRESENT = 1 << 3, SCAN_SWAPPED = 1 << 4, SCAN_ZERO = 1 << 5, SCAN_HUGE = 1 << 6,
       SCAN_GUARD = 1 << 8 /* Linux 6.15: no page, although it has an entry */ };

static void add_region(struct runs *runs, const struct scan_region *region)
{
	const uint64_t size = sysconf(_SC_PAGESIZE), is = region->categories;
	const struct page_run run = {
		region->start / size, (region->end - region->start) / size,
		(is & SCAN_FILE ? PAGE_FILE : 0) | (is & SCAN_SWAPPED ? PAGE_SWAPPED : 0) |
			(is & SCAN_ZERO ? PAGE_ZERO : 0) | (is & SCAN_HUGE ? PAGE_HUGE : 0),
	};

	if (!(is & SCAN_GUARD))
		add_run(runs, &run);
}

#define MOST_REGIONS 4096

/* Above all mappings, but for the one at the upper end that the kernel has for everybody. */
static uint64_t end_of(const struct mapped_pages *mapped)
{
	const uint64_t size = sysconf(_SC_PAGESIZE);
	uint64_t end = 0;

	for (; mapped && mapped->nr; mapped++)
		if ((int64_t)(mapped->first * size) > 0)
			end = (mapped->first + mapped->nr) * size;
	return end;
}

/* False when the kernel does not know the call, or the process has ended meanwhile. */
static bool scan(int pagemap, uint64_t end, uint64_t return_mask, struct runs *runs)
{
	struct scan_region *regions = allocate(MOST_REGIONS * sizeof(*regions));
	struct scan_arguments arguments = {
		.size = sizeof(arguments), .end = end, .regions = (uintptr_t)regions,
		.nr_regions = MOST_REGIONS, .category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED, .return_mask = return_mask,
	};
	int nr;

	do {
		nr = ioctl(pagemap, SCAN_PAGEMAP, &arguments);
		for (int i = 0; i < nr; i++)
			add_region(runs, &regions[i]);
		/* Where it worked in pieces of 512 regions, walk_end can be the end of the last full one. */
		arguments.start = arguments.walk_end;
		if (nr > 0 && regions[nr - 1].end > arguments.start)
			arguments.start = regions[nr - 1].end;
	} while (nr > 0 && arguments.start < arguments.end);
	free(regions);
	return nr >= 0;
}

int open_pagemap(const struct process *process)
{
	char *path = formatted("/proc/%d/pagemap", process->pid);
	int pagemap = open(path, O_RDONLY | O_CLOEXEC);

	free(path);
	return pagemap;
}

static bool read_pages(const struct process *process, const struct mapped_pages *mapped, struct runs *runs)
{
	const uint64_t categories = SCAN_FILE | SCAN_PRESENT | SCAN_SWAPPED | SCAN_ZERO | SCAN_HUGE;
	int pagemap = open_pagemap(process);
	bool ok;

	if (pagemap < 0)
		return false;
	ok = !whole_pagemaps && (scan(pagemap, end_of(mapped), categories | SCAN_GUARD, runs) ||
				 (errno == EINVAL && scan(pagemap, end_of(mapped), categories, runs)));
	if (!ok && (whole_pagemaps || errno == ENOTTY)) { /* a kernel without the call */
		read_pagemap(pagemap, process, mapped, runs);
		ok = true;
	}
	close(pagemap);
	return ok;
}

/* Adds the pages of the run that are in the mapping, as the kernel counts those. */
static void add_mapped(struct runs *runs, const struct mapped_pages *mapped, struct page_run run)
{
	if (strcmp(mapped->kind, "special") == 0 || strcmp(mapped->kind, "hugetlb") == 0)
		return; /* no part of the resident set size */
	if (run.what & PAGE_FILE && strcmp(mapped->kind, "shmem") == 0)
		run.what |= PAGE_SHMEM;
	add_run(runs, &run);
}

/* Takes pages from the beginning of the run, up to `end`. */
static struct page_run split(struct page_run *run, uint64_t end)
{
	struct page_run part = *run;

	if (part.first + part.nr > end)
		part.nr = end > part.first ? end - part.first : 0;
	run->first += part.nr;
	run->nr -= part.nr;
	return part;
}

/*
 * What the pages are by what is mapped where they are; both ascend. Some may have been unmapped in the moment between:
 * they were resident all the same.
 */
static struct runs classify(const struct runs *found, const struct mapped_pages *mapped)
{
	struct runs runs = { NULL, 0 };

	for (size_t i = 0; i < found->nr; i++) {
		struct page_run run = found->run[i], part;

		while (run.nr) {
			while (mapped && mapped->nr && mapped->first + mapped->nr <= run.first)
				mapped++;
			if (!mapped || !mapped->nr) {
				add_run(&runs, &run);
				break;
			}
			part = split(&run, mapped->first);
			if (part.nr)
				add_run(&runs, &part);
			part = split(&run, mapped->first + mapped->nr);
			if (part.nr)
				add_mapped(&runs, mapped, part);
		}
	}
	return runs;
}

/* Bytes of a line of /proc/PID/status, which has kibibytes. False without the line. */
static bool find_size(const char *status, const char *name, uint64_t *bytes)
{
	const char *line = strstr(status, name);

	if (!line || sscanf(line + strlen(name), "%" SCNu64, bytes) != 1)
		return false;
	*bytes *= 1024;
	return true;
}

static bool read_rss(const struct process *process, struct rss *rss)
{
	size_t length;
	char *status = read_proc(process->pid, "status", &length);
	bool ok = status && find_size(status, "\nRssAnon:", &rss->anon) && find_size(status, "\nRssFile:", &rss->file) &&
		  find_size(status, "\nRssShmem:", &rss->shmem) && find_size(status, "\nVmSwap:", &rss->swap);

	free(status);
	return ok;
}

void begin_with_nothing(const struct process *child)
{
	snapshots[child - processes][AT_START] = (struct snapshot){ .has_rss = true, .has_pages = true };
}

/* The page table and the counters right after one another: a busy process changes thousands of pages in a moment. */
void take_snapshot(const struct process *process, enum moment moment)
{
	struct snapshot *snapshot = &snapshots[process - processes][moment];
	struct runs found = { NULL, 0 }, runs;
	struct mapped_pages *before;

	if (snapshot->has_rss || snapshot->has_pages)
		return;
	before = read_mapped_pages(process);
	snapshot->has_pages = before && read_pages(process, before, &found);
	snapshot->has_rss = read_rss(process, &snapshot->rss);
	snapshot->mapped = read_mapped_pages(process);
	free_mapped_pages(before);
	/* When it ended meanwhile, what was read is no state that it ever was in. */
	snapshot->has_pages &= snapshot->has_rss && snapshot->mapped;
	if (!snapshot->has_pages)
		found.nr = 0;
	else
		look_at_frames(process, moment, &found);
	runs = classify(&found, snapshot->mapped);
	free(found.run);
	snapshot->runs = runs.run;
	snapshot->nr_runs = runs.nr;
}
