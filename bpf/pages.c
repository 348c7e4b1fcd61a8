// SPDX-License-Identifier: MIT
/* What the kernel has recorded of each page, as runs of pages. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "resident.h"
#include "heap.skel.h"

struct group {
	struct group_key key;
	struct page_group pages;
};

static struct group *groups; /* of all processes, each of the program that it is now; by process and address */
static size_t nr_groups;

uint64_t read_fault_counter(struct heap_bpf *skel, enum fault_counter which)
{
	uint64_t sum = 0;

	for (unsigned row = 0; row < COUNTER_ROWS; row++)
		sum += ((volatile struct heap_bpf__bss *)skel->bss)->fault_counts[row][which];
	return sum;
}

static int by_place(const void *left, const void *right)
{
	const struct group_key *a = &((const struct group *)left)->key, *b = &((const struct group *)right)->key;

	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	return (a->group > b->group) - (a->group < b->group);
}

static void add_group(struct heap_bpf *skel, const struct group_key *key, const struct page_group *pages)
{
	if (key->image != skel->bss->execs[key->process % MAX_PROCESSES])
		return;
	groups = grow(groups, nr_groups, sizeof(*groups));
	groups[nr_groups++] = (struct group){ *key, *pages };
}

/* In batches: a system call for every group would take seconds. */
void read_page_records(struct heap_bpf *skel)
{
	uint32_t room = 8192, nr, batch;
	struct group_key *keys = allocate(room * sizeof(*keys));
	struct page_group *pages = allocate(room * sizeof(*pages));
	void *in = NULL;
	int err;

	do {
		nr = room;
		err = bpf_map_lookup_batch(bpf_map__fd(skel->maps.page_groups), in, &batch, keys, pages, &nr, NULL);
		if (err && errno != ENOENT)
			die(1, "cannot read the pages: %s", strerror(errno));
		for (uint32_t i = 0; i < nr; i++)
			add_group(skel, &keys[i], &pages[i]);
		in = &batch;
	} while (!err);
	free(keys);
	free(pages);
	if (nr_groups)
		qsort(groups, nr_groups, sizeof(*groups), by_place);
}

/* The run that has the page, or NULL. */
static const struct page_run *find_run(const struct snapshot *snapshot, uint64_t page)
{
	size_t low = 0, high = snapshot->nr_runs;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (snapshot->runs[middle].first <= page)
			low = middle + 1;
		else
			high = middle;
	}
	return low && page - snapshot->runs[low - 1].first < snapshot->runs[low - 1].nr ? &snapshot->runs[low - 1] : NULL;
}

/* Whether all of the huge page at `first` is mapped as one. */
static bool is_huge(const struct snapshot *snapshot, uint64_t first)
{
	const struct page_run *run = find_run(snapshot, first);

	return run && run->what & PAGE_HUGE && first + huge_pages() <= run->first + run->nr;
}

/* The runs of a process, while they are made. */
struct faulted_runs {
	struct faulted_run *run;
	size_t nr;
};

static void add_record(struct faulted_runs *runs, uint64_t page, uint32_t record)
{
	const struct faulted_run more = { page, 1, RECORD_STACK(record), RECORD_HOW(record) };
	struct faulted_run *last = runs->nr ? &runs->run[runs->nr - 1] : NULL;

	if (last && last->first + last->nr == page && last->stack == more.stack && last->how == more.how) {
		last->nr++;
		return;
	}
	runs->run = grow(runs->run, runs->nr, sizeof(more));
	runs->run[runs->nr++] = more;
}

/* A page that was dropped has faulted all the same, but whoever touched it does not own what is there now. */
static void add_records(struct faulted_runs *runs, const struct group *group, const struct snapshot *snapshot)
{
	for (unsigned i = 0; i < GROUP_PAGES; i++) {
		const uint64_t page = group->key.group * GROUP_PAGES + i;
		uint32_t record = group->pages.record[i];

		if (record && RECORD_HOW(record) == HOW_DROPPED)
			record = find_run(snapshot, page) ? 0 : RECORD(RECORD_STACK(record), HOW_WRITE);
		if (record)
			add_record(runs, page, record);
	}
}

/* The place of a record. */
struct place {
	const struct group *group;
	unsigned page;
};

static bool find_write_over(const struct group *first, const struct group *end, struct place *found)
{
	for (found->group = first; found->group < end; found->group++)
		for (found->page = 0; found->page < GROUP_PAGES; found->page++)
			if (RECORD_HOW(found->group->pages.record[found->page]) == HOW_WRITE_OVER)
				return true;
	return false;
}

/*
 * Of a huge page only the fault that made it counts: the last one on an absent page, or when that only read (the huge zero
 * page), the write that came after. Its other records are of what was mapped there before.
 */
static void add_huge_record(struct faulted_runs *runs, const struct group *first, const struct group *end)
{
	struct place made = { first, 0 }, over;
	uint32_t record;

	for (const struct group *group = first; group < end; group++)
		if (group->pages.last > made.group->pages.last)
			made.group = group;
	made.page = made.group->pages.last % GROUP_PAGES;
	record = made.group->pages.record[made.page];
	if (!IS_WRITTEN(record) && find_write_over(first, end, &over))
		made = over;
	record = made.group->pages.record[made.page];
	if (record && RECORD_HOW(record) != HOW_DROPPED)
		add_record(runs, made.group->key.group * GROUP_PAGES + made.page, record);
}

struct faulted_run *faulted_runs(const struct process *process, size_t *nr)
{
	const uint64_t groups_in_huge = huge_pages() / GROUP_PAGES;
	const struct snapshot *snapshot = snapshot_of(process, AT_END);
	struct faulted_runs runs = { NULL, 0 };
	size_t end;

	for (size_t i = 0; i < nr_groups; i = end) {
		uint64_t block = groups[i].key.group / groups_in_huge;

		for (end = i + 1; end < nr_groups && groups[end].key.process == groups[i].key.process &&
				  groups[end].key.group / groups_in_huge == block; end++)
			;
		if (groups[i].key.process != process - processes)
			continue;
		if (is_huge(snapshot, block * huge_pages()))
			add_huge_record(&runs, &groups[i], &groups[end]);
		else
			for (size_t j = i; j < end; j++)
				add_records(&runs, &groups[j], snapshot);
	}
	*nr = runs.nr;
	return runs.run;
}
