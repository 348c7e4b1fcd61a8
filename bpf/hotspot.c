// SPDX-License-Identifier: MIT
/* Keeps the unwind rows of HotSpot's code up to date while its compilers work. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "cfi.h"
#include "clock.h"
#include "code_cache.h"

/*
 * How often it is read: now and then for what nobody missed, at once when walks end early, and never for more than a
 * twentieth of a core. A reading is of one byte for 128 of code and of 60 for each block, and takes 0.6 ms for 750
 * blocks: 1.5 MB and 13 ms for 20,000, which is a lot of Java.
 */
static const uint64_t usual_pause_ns = 500000000, least_pause_ns = 10000000;
static const unsigned pause_by_cost = 20;
static const uint64_t read_limit_ns = 1000000000, patience_ns = 3000000000;

struct code_cache {
	unsigned image; /* of the process */
	uint64_t variable[NR_HOTSPOT_VARIABLES];
	struct hotspot_layout layout;
	bool has_layout, given_up, told;
	uint64_t first_ns, read_ns; /* the first and the last reading */
	uint64_t cost_ns; /* processor time that the last one took */
	uint32_t broken_walks; /* at the last reading */
	struct code_rows rows;
};

/* What a thread does, and all that it touches: it may be left behind. */
struct reading {
	pid_t pid;
	uint64_t variable[NR_HOTSPOT_VARIABLES];
	struct hotspot_layout layout;
	bool has_layout, done;
	struct code_blocks blocks;
	uint64_t cost_ns;
};

struct variables {
	uint64_t *address;
	uint64_t bias;
};

static bool is_libjvm(const struct module *module)
{
	const char *name = strrchr(module->path, '/');

	return module->ino && name && strcmp(name, "/libjvm.so") == 0;
}

static const struct mapping *find_libjvm(const struct process *process)
{
	for (unsigned i = process->nr_mappings; i-- > 0;)
		if (process->mappings[i].image == process->image && is_libjvm(&modules[process->mappings[i].module]))
			return &process->mappings[i];
	return NULL;
}

bool has_hotspot(const struct process *process)
{
	return find_libjvm(process) != NULL;
}

static void keep_variable(const char *name, uint64_t address, void *context)
{
	struct variables *variables = context;
	enum hotspot_variable variable = hotspot_variable_called(name);

	if (variable != NR_HOTSPOT_VARIABLES)
		variables->address[variable] = address + variables->bias;
}

/* False for the libjvm.so of another virtual machine. */
static bool find_variables(const struct mapping *libjvm, uint64_t address[NR_HOTSPOT_VARIABLES])
{
	struct elf_file *elf = module_elf(&modules[libjvm->module]);
	struct variables variables = { .address = address };
	uint64_t linked;

	if (!elf || !elf_mapping_address(elf, libjvm->offset, &linked))
		return false;
	variables.bias = libjvm->start - linked;
	elf_file_variables(elf, keep_variable, &variables);
	for (unsigned i = 0; i < NR_HOTSPOT_VARIABLES; i++)
		if (!address[i])
			return false;
	return true;
}

/* NULL when the process has none, or none that can be read. */
static struct code_cache *code_cache_of(struct process *process)
{
	struct code_cache *cache = process->code_cache;
	const struct mapping *libjvm;

	if (cache && cache->image == process->image)
		return cache->given_up ? NULL : cache;
	libjvm = find_libjvm(process);
	if (!libjvm)
		return NULL;
	if (!cache)
		cache = process->code_cache = allocate(sizeof(*cache));
	free(cache->rows.row);
	*cache = (struct code_cache){ .image = process->image, .rows.version = cache->rows.version };
	cache->given_up = !find_variables(libjvm, cache->variable);
	return cache->given_up ? NULL : cache;
}

static void *read_cache(void *context)
{
	struct reading *reading = context;
	struct timespec cost;

	if (reading->has_layout || read_hotspot_layout(reading->pid, reading->variable, &reading->layout))
		reading->done = read_code_blocks(reading->pid, &reading->layout, &reading->blocks);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cost);
	reading->cost_ns = cost.tv_sec * 1000000000ULL + cost.tv_nsec;
	return NULL;
}

/* False when the thread is still at it: the process can make it wait for ever. */
static bool read_within_limit(struct reading *reading)
{
	struct timespec limit;
	pthread_t thread;

	if (pthread_create(&thread, NULL, read_cache, reading))
		return false;
	clock_gettime(CLOCK_MONOTONIC, &limit);
	limit.tv_sec += read_limit_ns / 1000000000;
	if (pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &limit) == 0)
		return true;
	pthread_detach(thread);
	return false;
}

static struct unwind_rule rule_of_block(const struct code_block *block)
{
	struct unwind_rule rule = { .cfa_kind = CFA_SP, .cfa_offset = 8 * block->frame_words,
				    .fp_kind = FP_AT_CFA, .fp_offset = -16, .ra_offset = -8 };

	switch (block->kind) {
	case CODE_NONE:
		return (struct unwind_rule){ .cfa_kind = CFA_NONE };
	case CODE_OTHER:
		return (struct unwind_rule){ .cfa_kind = CFA_FRAME_RECORD };
	case CODE_CALL_STUB:
		rule.cfa_kind = CFA_FP;
		rule.cfa_offset = 16;
		return rule;
	case CODE_INTERPRETER: /* compiled callers have their stack pointer saved: theirs has been moved for arguments */
		return (struct unwind_rule){ .cfa_kind = CFA_DEREF_FP, .cfa_offset = -8, .fp_kind = FP_AT_FP,
					     .ra_kind = RA_AT_FP, .ra_offset = 8 };
	case CODE_FRAME:
		break;
	}
	if (block->frame_words < 2)
		rule.fp_kind = FP_SAME;
	return rule;
}

/* Neighbours with the same rule share a row. */
static struct code_rows rows_of(const struct code_blocks *blocks)
{
	struct code_rows rows = { blocks->low, blocks->high, allocate((blocks->nr + 1) * sizeof(*rows.row)), 0, 0 };

	for (uint32_t i = 0; i < blocks->nr; i++) {
		uint32_t rule = intern_rule(rule_of_block(&blocks->block[i]));

		if (!rows.nr || rows.row[rows.nr - 1].rule != rule)
			rows.row[rows.nr++] = (struct unwind_row){ blocks->block[i].start - blocks->low, rule };
	}
	return rows;
}

static bool are_same(const struct code_rows *a, const struct code_rows *b)
{
	return a->low == b->low && a->high == b->high && a->nr == b->nr &&
	       memcmp(a->row, b->row, a->nr * sizeof(*a->row)) == 0;
}

/* True when they differ from those before. */
static bool replace_rows(struct code_cache *cache, const struct code_blocks *blocks)
{
	struct code_rows rows = rows_of(blocks);

	if (cache->rows.row && are_same(&rows, &cache->rows)) {
		free(rows.row);
		return false;
	}
	rows.version = cache->rows.version + 1;
	free(cache->rows.row);
	cache->rows = rows;
	return true;
}

static void tell(const struct process *process, const char *what)
{
	struct code_cache *cache = process->code_cache;

	if (!cache->told)
		event_warning("pid %d (%s): %s: stacks through compiled Java code end early, unless it runs with "
			      "-XX:+PreserveFramePointer", process->pid, process->name, what);
	cache->told = true;
}

/* True when the rows have changed. */
static bool take_reading(struct process *process, const struct reading *reading)
{
	struct code_cache *cache = process->code_cache;

	if (!reading->done) {
		if (cache->read_ns - cache->first_ns > patience_ns)
			tell(process, "the code cache of its Java virtual machine is not as expected");
		return false;
	}
	if (reading->blocks.incomplete)
		tell(process, "it has more code than there is room for");
	cache->layout = reading->layout;
	cache->has_layout = true;
	return replace_rows(cache, &reading->blocks);
}

static bool read_again(struct process *process)
{
	struct code_cache *cache = process->code_cache;
	struct reading *reading = allocate(sizeof(*reading));
	bool changed;

	*reading = (struct reading){ .pid = process->thread, .layout = cache->layout, .has_layout = cache->has_layout };
	memcpy(reading->variable, cache->variable, sizeof(cache->variable));
	if (!read_within_limit(reading)) {
		tell(process, "its memory cannot be read");
		cache->given_up = true;
		return false; /* the thread keeps what it works on */
	}
	cache->cost_ns = reading->cost_ns;
	changed = take_reading(process, reading);
	free(reading->blocks.block);
	free(reading);
	return changed;
}

static bool is_due(const struct code_cache *cache, uint32_t broken_walks, uint64_t now)
{
	uint64_t pause = cache->broken_walks != broken_walks ? least_pause_ns : usual_pause_ns;

	if (pause < pause_by_cost * cache->cost_ns)
		pause = pause_by_cost * cache->cost_ns;
	return !cache->read_ns || now - cache->read_ns >= pause;
}

bool follow_code_cache(struct process *process, uint32_t broken_walks)
{
	struct code_cache *cache = process->exited ? NULL : code_cache_of(process);
	uint64_t now = clock_ns();

	if (!cache || !is_due(cache, broken_walks, now))
		return false;
	cache->broken_walks = broken_walks;
	cache->read_ns = now;
	if (!cache->first_ns)
		cache->first_ns = now;
	return read_again(process);
}

const struct code_rows *code_rows_of(const struct process *process)
{
	const struct code_cache *cache = process->code_cache;

	return cache && cache->image == process->image && cache->rows.nr ? &cache->rows : NULL;
}

bool is_in_code_cache(const struct process *process, const struct mapping *mapping)
{
	const struct code_rows *rows = code_rows_of(process);

	return rows && !modules[mapping->module].ino && mapping->start >= rows->low && mapping->end <= rows->high;
}
