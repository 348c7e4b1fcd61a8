// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "collector.h"

enum { MIN_SIZE = 256, MAX_SIZE, OLDER, DURATION, MAX_STACKS, MAX_LIVE, CAPTURE_FD, EVENT_FD, UNWIND, MAX_FRAMES,
       DEBUG_DIR, SYMBOLS_PREFIX, ALLOC_FN, FREE_FN, MAX_RATE, SAMPLE, SAMPLE_BYTES, MAX_PAGES,
       FAULT_SOURCE, INTERVAL };

static uint64_t number(const char *option, const char *text, uint64_t most)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value > most)
		die(2, "--%s %s: expected a whole number up to %llu", option, text, (unsigned long long)most);
	return value;
}

static double seconds(const char *option, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !isfinite(value) || value <= 0)
		die(2, "--%s %s: expected seconds above 0", option, text);
	return value;
}

const char *const unwind_names[] = { [UNWIND_AUTO] = "auto", [UNWIND_DWARF] = "dwarf", [UNWIND_FP] = "fp" };

static enum unwind unwinding(const char *text)
{
	for (unsigned i = 0; i < sizeof(unwind_names) / sizeof(unwind_names[0]); i++)
		if (strcmp(text, unwind_names[i]) == 0)
			return i;
	die(2, "--unwind %s: expected auto, dwarf or fp", text);
}

static enum fault_source source_of_faults(const char *text)
{
	for (unsigned i = FAULTS_BY_TRACEPOINT; i <= FAULTS_BY_EVENT; i++)
		if (strcmp(text, fault_source_names[i]) == 0)
			return i;
	die(2, "--fault-source %s: expected exceptions or perf", text);
}

static void add_pids(struct settings *settings, char *list)
{
	for (char *word = strtok(list, ","); word; word = strtok(NULL, ",")) {
		pid_t pid = number("pid", word, 1 << 30);
		unsigned i = 0;

		while (i < settings->nr_pids && settings->pids[i] != pid)
			i++;
		if (i == MAX_PROCESSES)
			die(2, "more than %d processes", MAX_PROCESSES);
		settings->pids[i] = pid;
		settings->nr_pids += i == settings->nr_pids;
	}
}

static void add_debug_dir(struct settings *settings, char *dir)
{
	struct stat st;

	if (stat(dir, &st) || !S_ISDIR(st.st_mode))
		die(2, "--debug-dir %s: expected a directory", dir);
	settings->debug_dirs = grow(settings->debug_dirs, settings->nr_debug_dirs, sizeof(dir));
	settings->debug_dirs[settings->nr_debug_dirs++] = dir;
}

/* Whether any option says which allocations to record, or how. */
static bool asks_for_heap(const struct settings *settings)
{
	return settings->alloc_only || settings->entry_only || settings->min_size ||
	       settings->max_size != UINT64_MAX || settings->sample_calls || settings->sample_bytes || settings->older_ms ||
	       settings->interval ||
	       is_naming(&settings->naming);
}

static void check_options(const struct settings *settings)
{
	if (settings->nr_pids && settings->command)
		die(2, "either --pid or a command, not both");
	if (!settings->nr_pids && !settings->command && !settings->doctor && !settings->programs)
		die(2, "usage: memstacks-collector [options] -p PID[,PID...] | -- COMMAND [ARG...]");
	if (!settings->max_frames)
		die(2, "--max-frames 0: expected at least 1");
	if (!settings->heap && asks_for_heap(settings))
		die(2, "this option concerns allocations, which --faults alone does not trace: add --heap");
	if (settings->min_size > settings->max_size)
		die(2, "--min-size is above --max-size: nothing would be recorded");
	if (settings->sample_calls && settings->sample_bytes)
		die(2, "either --sample or --sample-bytes, not both");
	if (settings->mmap && !settings->heap)
		die(2, "--mmap needs the probes of the heap: they tell what an allocator maps for itself");
	if (settings->entry_only && !settings->alloc_only)
		die(2, "--entry-only needs --alloc-only: without return probes no free can be matched");
	if (settings->interval && (settings->alloc_only || settings->older_ms))
		die(2, "--interval concerns all unfreed blocks: it goes neither with --alloc-only nor with --older");
	if (settings->older_ms && settings->alloc_only)
		die(2, "--older concerns unfreed blocks, which --alloc-only does not record");
}

static void set_option(struct settings *settings, int option, char *value)
{
	switch (option) {
	case 'p': return add_pids(settings, value);
	case 'O': return name_object(&settings->naming, value);
	case SYMBOLS_PREFIX: return name_prefix(&settings->naming, value);
	case ALLOC_FN: return name_alloc_function(&settings->naming, value);
	case FREE_FN: return name_free_function(&settings->naming, value);
	case MIN_SIZE: settings->min_size = number("min-size", value, 1ULL << 53); return;
	case MAX_SIZE: settings->max_size = number("max-size", value, 1ULL << 53); return;
	case OLDER: settings->older_ms = number("older", value, 1ULL << 40); return;
	case DURATION: settings->duration = seconds("duration", value); return;
	case INTERVAL: settings->interval = seconds("interval", value); return;
	case MAX_STACKS: settings->max_stacks = number("max-stacks", value, 1 << 24); return;
	case MAX_LIVE: settings->max_live = number("max-live", value, 1 << 30); return;
	case MAX_FRAMES: settings->max_frames = number("max-frames", value, MOST_FRAMES); return;
	case SAMPLE: settings->sample_calls = number("sample", value, 1 << 30); return;
	case SAMPLE_BYTES: settings->sample_bytes = number("sample-bytes", value, 1 << 30); return;
	case MAX_RATE: settings->max_rate = number("max-rate", value, 1ULL << 40); return;
	case MAX_PAGES: settings->max_pages = number("max-pages", value, 1ULL << 36); return;
	case FAULT_SOURCE: settings->fault_source = source_of_faults(value); return;
	case UNWIND: settings->unwind = unwinding(value); return;
	case DEBUG_DIR: return add_debug_dir(settings, value);
	case CAPTURE_FD: settings->capture_fd = number("capture-fd", value, 1 << 20); return;
	case EVENT_FD:
		settings->event_fd = number("event-fd", value, 1 << 20);
		events_open(settings->event_fd);
		return;
	default:
		die(2, "unknown option; bpf/README.md lists them all");
	}
}

/* COMMAND could write into them, and would keep them open. */
static void keep_from_command(int fd)
{
	if (fd > STDERR_FILENO)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Options without a value: whether they were given. */
static struct {
	int heap, faults, read_pagemap, no_moves, alloc_only, entry_only, mmap, follow_forks, skip_gone, kill, floor, doctor, programs, lines, inlines;
} flags;

static const struct option options[] = {
	{ "pid", required_argument, NULL, 'p' },
	{ "heap", no_argument, &flags.heap, 1 },
	{ "faults", no_argument, &flags.faults, 1 },
	{ "read-pagemap", no_argument, &flags.read_pagemap, 1 },
	{ "no-moves", no_argument, &flags.no_moves, 1 },
	{ "max-pages", required_argument, NULL, MAX_PAGES },
	{ "fault-source", required_argument, NULL, FAULT_SOURCE },
	{ "alloc-only", no_argument, &flags.alloc_only, 1 },
	{ "entry-only", no_argument, &flags.entry_only, 1 },
	{ "mmap", no_argument, &flags.mmap, 1 },
	{ "follow-forks", no_argument, &flags.follow_forks, 1 },
	{ "skip-gone", no_argument, &flags.skip_gone, 1 },
	{ "kill", no_argument, &flags.kill, 1 },
	{ "floor", no_argument, &flags.floor, 1 },
	{ "doctor", no_argument, &flags.doctor, 1 },
	{ "programs", no_argument, &flags.programs, 1 },
	{ "lines", no_argument, &flags.lines, 1 },
	{ "inline", no_argument, &flags.inlines, 1 },
	{ "min-size", required_argument, NULL, MIN_SIZE },
	{ "max-size", required_argument, NULL, MAX_SIZE },
	{ "older", required_argument, NULL, OLDER },
	{ "duration", required_argument, NULL, DURATION },
	{ "interval", required_argument, NULL, INTERVAL },
	{ "max-stacks", required_argument, NULL, MAX_STACKS },
	{ "max-live", required_argument, NULL, MAX_LIVE },
	{ "sample", required_argument, NULL, SAMPLE },
	{ "sample-bytes", required_argument, NULL, SAMPLE_BYTES },
	{ "max-rate", required_argument, NULL, MAX_RATE },
	{ "max-frames", required_argument, NULL, MAX_FRAMES },
	{ "unwind", required_argument, NULL, UNWIND },
	{ "debug-dir", required_argument, NULL, DEBUG_DIR },
	{ "object", required_argument, NULL, 'O' },
	{ "symbols-prefix", required_argument, NULL, SYMBOLS_PREFIX },
	{ "alloc-fn", required_argument, NULL, ALLOC_FN },
	{ "free-fn", required_argument, NULL, FREE_FN },
	{ "capture-fd", required_argument, NULL, CAPTURE_FD },
	{ "event-fd", required_argument, NULL, EVENT_FD },
	{ 0 },
};

static void take_flags(struct settings *settings)
{
	settings->heap = flags.heap || !flags.faults || flags.doctor;
	settings->faults = flags.faults || flags.doctor;
	settings->no_moves = flags.no_moves;
	settings->read_pagemap = flags.read_pagemap;
	settings->alloc_only = flags.alloc_only;
	settings->entry_only = flags.entry_only;
	settings->mmap = flags.mmap;
	settings->follow_forks = flags.follow_forks;
	settings->skip_gone = flags.skip_gone;
	settings->kill_command = flags.kill;
	settings->floor = flags.floor;
	settings->doctor = flags.doctor;
	settings->programs = flags.programs;
	settings->lines = flags.lines;
	settings->inlines = flags.inlines;
}

void parse_options(int argc, char **argv, struct settings *settings)
{
	static struct settings defaults = { .max_size = UINT64_MAX, .max_stacks = 65536, .max_live = 1000000,
					    .max_frames = USUAL_FRAMES, .max_rate = 300000, .max_pages = 1 << 24,
					    .capture_fd = 1, .event_fd = -1 };
	int option;

	*settings = defaults;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+p:O:", options, NULL)) != -1)
		if (option)
			set_option(settings, option, optarg);
	if (optind < argc)
		settings->command = argv + optind;
	take_flags(settings);
	check_options(settings);
	keep_from_command(settings->capture_fd);
	keep_from_command(settings->event_fd);
}
