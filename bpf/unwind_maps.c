// SPDX-License-Identifier: MIT
/* Hands the unwind tables to the BPF walk. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "code_cache.h"
#include "heap.skel.h"

/* Room for what a process maps later; for COMMAND, whose files are not known yet, for all of it. */
static const uint32_t room_for_later = 262144, room_for_command = 1 << 20;

static struct unwind_row *shared_rows; /* the BPF maps, mapped */
static struct unwind_rule *shared_rules;
static uint32_t map_size, capacity; /* rows in all, and for files */
static uint32_t nr_published_rows, nr_published_rules;
static bool told_full;

/*
 * Code made at run time changes its rows. From the end of the map every Java virtual machine gets two areas, which are
 * written in turn: the rows that are being read do not change.
 */
static struct {
	uint32_t first_row; /* 0: it has none yet */
	unsigned version; /* of the rows in the latest */
	uint32_t latest; /* 0 or 1 */
} areas[MAX_PROCESSES];

void size_unwind_maps(struct heap_bpf *skel, const struct settings *settings)
{
	uint32_t nr, nr_virtual_machines = settings->command ? 1 : 0;

	for (unsigned i = 0; i < nr_processes; i++) {
		for (unsigned j = 0; j < processes[i].nr_mappings; j++)
			unwind_table_of(&modules[processes[i].mappings[j].module]);
		nr_virtual_machines += has_hotspot(&processes[i]);
	}
	all_unwind_rows(&nr);
	capacity = settings->command ? room_for_command : nr + (settings->follow_forks ? room_for_command : room_for_later);
	capacity += nr_virtual_machines * 2 * MAX_CODE_ROWS;
	map_size = capacity;
	bpf_map__set_max_entries(skel->maps.unwind_rows, map_size);
	bpf_map__set_max_entries(skel->maps.address_spaces,
				 2 * (settings->follow_forks ? MAX_PROCESSES : nr_processes ? nr_processes : 1));
}

static void *map_shared(struct bpf_map *map, size_t size)
{
	void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (shared == MAP_FAILED)
		die(1, "cannot map the unwind tables: %s; %s", strerror(errno), advice_for(errno));
	return shared;
}

static void map_all(struct heap_bpf *skel)
{
	shared_rows = map_shared(skel->maps.unwind_rows, map_size * sizeof(*shared_rows));
	shared_rules = map_shared(skel->maps.unwind_rules, MAX_RULES * sizeof(*shared_rules));
}

/* Rows and rules only ever grow at their ends, so what the walk reads already does not move. */
static void publish_rows(void)
{
	uint32_t nr_rows, nr_rules;
	const struct unwind_row *rows = all_unwind_rows(&nr_rows);
	const struct unwind_rule *rules = all_unwind_rules(&nr_rules);

	if (nr_rows > capacity)
		nr_rows = capacity;
	memcpy(shared_rules + nr_published_rules, rules + nr_published_rules,
	       (nr_rules - nr_published_rules) * sizeof(*rules));
	memcpy(shared_rows + nr_published_rows, rows + nr_published_rows,
	       (nr_rows - nr_published_rows) * sizeof(*rows));
	nr_published_rules = nr_rules;
	nr_published_rows = nr_rows;
}

static bool take_area(const struct process *process)
{
	uint32_t *first_row = &areas[process - processes].first_row, nr;

	all_unwind_rows(&nr);
	if (!*first_row && nr + 2 * MAX_CODE_ROWS <= capacity)
		*first_row = capacity -= 2 * MAX_CODE_ROWS;
	if (!*first_row && !told_full)
		event_warning("no room for the unwind table of the code that pid %d (%s) makes: stacks through it may be cut",
			      process->pid, process->name);
	told_full |= !*first_row;
	return *first_row;
}

/* Rows of code made at run time, into the area that is not being read. */
static void publish_code_rows(const struct process *process)
{
	const struct code_rows *rows = code_rows_of(process);
	unsigned index = process - processes;

	if (!rows || areas[index].version == rows->version || !take_area(process))
		return;
	areas[index].latest ^= 1;
	areas[index].version = rows->version;
	memcpy(shared_rows + areas[index].first_row + areas[index].latest * MAX_CODE_ROWS, rows->row,
	       rows->nr * sizeof(*rows->row));
}

/* Of the code cache. Without an area it has no table. */
static struct segment code_segment_of(const struct process *process, const struct mapping *mapping)
{
	const struct code_rows *rows = code_rows_of(process);
	unsigned index = process - processes;
	struct segment segment = { .start = mapping->start, .end = mapping->end };

	if (!areas[index].first_row)
		return segment;
	modules[mapping->module].unwind_table->from_code_cache = true;
	segment.base = mapping->start - rows->low;
	segment.first_row = areas[index].first_row + areas[index].latest * MAX_CODE_ROWS;
	segment.nr_rows = rows->nr;
	return segment;
}

static struct segment segment_of(const struct process *process, const struct mapping *mapping)
{
	struct module *module = &modules[mapping->module];
	const struct unwind_table *table = unwind_table_of(module);
	struct segment segment = { .start = mapping->start, .end = mapping->end };
	uint64_t address;

	if (is_in_code_cache(process, mapping))
		return code_segment_of(process, mapping);
	if (!table->nr_rows || !elf_mapping_address(module_elf(module), mapping->offset, &address))
		return segment;
	if (table->first_row + table->nr_rows > capacity) {
		if (!told_full)
			event_warning("no room for the unwind table of %s: stacks through it may be cut", module->path);
		told_full = true;
		return segment;
	}
	segment.base = address - table->base;
	segment.first_row = table->first_row;
	segment.nr_rows = table->nr_rows;
	return segment;
}

static bool overlaps(const struct address_space *space, const struct mapping *mapping)
{
	for (uint32_t i = 0; i < space->nr; i++)
		if (mapping->start < space->segment[i].end && mapping->end > space->segment[i].start)
			return true;
	return false;
}

static int by_start(const void *left, const void *right)
{
	const struct segment *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

/* The newest mappings first: they replace what was mapped there before. False when there is no room. */
static bool add_segments(const struct process *process, bool with_tables, struct address_space *space)
{
	for (unsigned i = process->nr_mappings; i-- > 0;) {
		const struct mapping *mapping = &process->mappings[i];
		bool has_table = unwind_table_of(&modules[mapping->module])->nr_rows > 0 ||
				 is_in_code_cache(process, mapping);

		if (mapping->image != process->image || has_table != with_tables || overlaps(space, mapping))
			continue;
		if (space->nr == MAX_SEGMENTS)
			return false;
		space->segment[space->nr++] = segment_of(process, mapping);
	}
	return true;
}

/* Code with tables comes first: of JIT code a process may have more than there is room for. */
static void fill_space(const struct process *process, struct address_space *space)
{
	bool fits = add_segments(process, true, space) && add_segments(process, false, space);

	if (!fits && !told_full)
		event_warning("pid %d (%s) has more than %d mappings of code: stacks through the others end early",
			      process->pid, process->name, MAX_SEGMENTS);
	told_full |= !fits;
	qsort(space->segment, space->nr, sizeof(space->segment[0]), by_start);
}

void publish_unwind_tables(struct heap_bpf *skel, struct process *process)
{
	unsigned index = process - processes;
	uint32_t version = skel->bss->space_version[index] + 1, key = 2 * index + (version & 1);
	struct address_space *space = allocate(sizeof(*space));

	if (!shared_rows)
		map_all(skel);
	publish_code_rows(process);
	fill_space(process, space);
	publish_rows();
	if (bpf_map_update_elem(bpf_map__fd(skel->maps.address_spaces), &key, space, BPF_ANY))
		die(1, "cannot publish the unwind tables: %s", strerror(errno));
	skel->bss->space_version[index] = version;
	skel->bss->space_image[index] = process->image;
	skel->bss->space_owner[index] = index;
	memset((void *)skel->bss->rule_cache, 0, sizeof(skel->bss->rule_cache));
	process->has_new_mappings = process->has_new_files = false;
	free(space);
}
