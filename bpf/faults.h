/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the BPF programs and the helper share about page faults. */
#ifndef MEMSTACKS_FAULTS_H
#define MEMSTACKS_FAULTS_H

#include <linux/types.h>

/* Pages are recorded in groups of neighbours: programs touch memory in order, so that most faults find their group. */
#define GROUP_BITS 6
#define GROUP_PAGES (1 << GROUP_BITS)

struct group_key {
	__u64 group; /* address / page size / GROUP_PAGES */
	__u32 process;
	__u32 image; /* how often the process had called exec before */
};

struct page_group {
	__u64 last; /* of all faults on absent pages which one << GROUP_BITS | page: the last of the group */
	__u64 fresh; /* a bit for each page that was absent while a thread of the process was in mremap */
	__u32 record[GROUP_PAGES]; /* 0: none, or RECORD() */
};

/* Of a page: the number of the stack that made it present, and how. */
#define RECORD(number, how) ((number) << 2 | (how))
#define RECORD_STACK(record) ((record) >> 2)
#define RECORD_HOW(record) ((record) & 3)
/* Whether a write has made the page, and it has not been given up. */
#define IS_WRITTEN(record) (((record) ^ (record) >> 1) & 1)
enum how {
	HOW_READ, /* the page was absent, and read */
	HOW_WRITE, /* it was absent, or there because of a read, and written */
	HOW_WRITE_OVER, /* it was there before: shared with a child, or the zero page */
	HOW_DROPPED, /* the process has given it up since, and what is there now came without a fault */
};

/* Stacks of faults have numbers above 0; the first ones are those of processes for which there was no room. */
#define OVERFLOW_NUMBER(process) (1 + (process))
#define FIRST_NUMBER (1 + MAX_PROCESSES)
#define END_OF_NUMBERS(max_stacks) (FIRST_NUMBER + (max_stacks) + 1024) /* some are left out, see faults.bpf.h */
/* Keys of those in the stacks map, where those of the heap come before. */
#define OVERFLOW_FAULTS(process) (1 + MAX_PROCESSES + (process))

/* The first two make all faults that were recorded. */
enum fault_counter {
	FAULTS_USER,
	FAULTS_KERNEL,
	FAULTS_PRESENT, /* of these: changed no record */
	FAULTS_NEW, /* pages that got a record, and had none */
	FAULTS_NO_STACK, /* of these: found no room for their stack */
	FAULTS_NO_PAGE, /* of these: found no room for their page */
	FAULTS_EXEC, /* taken by the kernel while it sets up a new program */
	FAULTS_LATE, /* after the end of the trace, until residency was read */
	NR_FAULT_COUNTERS,
};
#define FAULT_COLUMNS 8 /* whole cache lines */

_Static_assert(NR_FAULT_COUNTERS <= FAULT_COLUMNS, "a column for each counter");
_Static_assert(sizeof(struct group_key) == 16, "shared with BPF");
_Static_assert(sizeof(struct page_group) == 16 + 4 * GROUP_PAGES, "shared with BPF");

#endif
