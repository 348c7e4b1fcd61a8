/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What of the targets' memory is resident, and which stacks have made it so. Pages are numbers: address / page size. */
#ifndef MEMSTACKS_RESIDENT_H
#define MEMSTACKS_RESIDENT_H

#include "collector.h"
#include "faults.h"

/* --- residency.c: resident set size, and the page table --- */
struct rss { /* bytes; /proc/PID/status */
	uint64_t anon, file, shmem, swap;
};

/* Of a page that is present or swapped, added up. */
enum {
	PAGE_FILE = 1, /* or shared memory */
	PAGE_SWAPPED = 2,
	PAGE_ZERO = 4,
	PAGE_HUGE = 8,
	PAGE_SHMEM = 16,
	PAGE_SPLIT = 32, /* was a part of a huge page */
};

/* An entry of /proc/PID/pagemap; Documentation/admin-guide/mm/pagemap.rst. */
#define PAGEMAP_PRESENT (1ULL << 63)
#define PAGEMAP_SWAPPED (1ULL << 62)
#define PAGEMAP_FILE (1ULL << 61)
#define PAGEMAP_SWAP_TYPE(entry) ((entry) & 31) /* of what is swapped; likewise */
#define PAGEMAP_FRAME(entry) ((entry) & ((1ULL << 55) - 1)) /* 0 without CAP_SYS_ADMIN */

struct page_run {
	uint64_t first, nr;
	uint32_t what;
};

struct mapped_pages;

struct snapshot {
	bool has_rss, has_pages; /* could be read */
	struct rss rss;
	struct page_run *runs; /* ascending */
	size_t nr_runs;
	struct mapped_pages *mapped; /* see read_mapped_pages */
};
enum moment { AT_START, AT_END };
/* Takes it once. What cannot be read stays away: the process has ended, or is not ours to read. */
void take_snapshot(const struct process *process, enum moment moment);
/* A child that is followed has nothing when it begins: what it inherits is resident without a fault of its own. */
void begin_with_nothing(const struct process *child);
const struct snapshot *snapshot_of(const struct process *process, enum moment moment);

/* Has snapshots taken without PAGEMAP_SCAN. */
void read_whole_pagemaps(void);

/* Runs of pages, ascending. */
struct runs {
	struct page_run *run;
	size_t nr;
};
/* At the end; continues the last one if it can. */
void add_run(struct runs *runs, const struct page_run *run);

/* Negative where it may not be read. */
int open_pagemap(const struct process *process);

/* --- page_frames.c --- */
/* Tells which pages are on their way to another frame, not swapped; at the end also which were a part of a huge page. */
void look_at_frames(const struct process *process, enum moment moment, struct runs *runs);

/* --- pagemap.c --- */
/* Pages in a huge page: as many as a page table has entries. */
uint64_t huge_pages(void);
/* The same from /proc/PID/pagemap. */
void read_pagemap(int pagemap, const struct process *process, const struct mapped_pages *mapped, struct runs *runs);

/* --- mapped.c: what is mapped --- */
struct mapped_pages {
	uint64_t first, nr;
	char permissions[5]; /* rw-p */
	const char *kind; /* anon, file, shmem, hugetlb, special: see README.md */
	char *path; /* as in /proc/PID/maps; may be empty */
};
/* An array that ends with nr = 0; NULL when they cannot be read. */
struct mapped_pages *read_mapped_pages(const struct process *process);
void free_mapped_pages(struct mapped_pages *all);

/* --- pages.c: what the kernel has recorded of each page --- */
struct faulted_run {
	uint64_t first, nr;
	uint32_t stack; /* number, see faults.h */
	enum how how;
};
uint64_t read_fault_counter(struct heap_bpf *skel, enum fault_counter which);
/* Reads all records, once the trace and the last snapshot are done. */
void read_page_records(struct heap_bpf *skel);
/* Of the program that the process is now, ascending. */
struct faulted_run *faulted_runs(const struct process *process, size_t *nr);

/* --- faults.c --- */
/* Before loading: which programs shall see the faults, and room for their records. */
void choose_fault_source(struct heap_bpf *skel, const struct settings *settings);
void attach_faults(struct heap_bpf *skel, const struct settings *settings);
void detach_faults(void);
/* Whether records go along when mremap moves pages. */
bool follows_moves(void);

#endif
