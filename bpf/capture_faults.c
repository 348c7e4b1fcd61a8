// SPDX-License-Identifier: MIT
/* What a capture tells of pages: mappings, residency, faults; README.md. */
#include <inttypes.h>
#include <stdlib.h>
#include "capture.h"
#include "resident.h"

static const unsigned most_runs_in_line = 1000;

/* Runs of pages as lines, each begun with the same words and ended by the tail. */
struct run_lines {
	FILE *out;
	const char *key;
	char *tail;
	unsigned nr; /* in the line so far */
};

static void begin_run(struct run_lines *lines)
{
	if (lines->nr == most_runs_in_line) {
		fprintf(lines->out, "]%s", lines->tail);
		lines->nr = 0;
	}
	if (lines->nr++)
		putc(',', lines->out);
	else
		fprintf(lines->out, "{\"%s\":[", lines->key);
}

static void end_runs(struct run_lines *lines)
{
	if (lines->nr)
		fprintf(lines->out, "]%s", lines->tail);
	free(lines->tail);
}

static void write_resident(FILE *out, const struct process *process, enum moment moment)
{
	const struct snapshot *snapshot = snapshot_of(process, moment);
	struct run_lines lines = { .out = out, .key = "resident" };

	lines.tail = formatted(",\"process\":%u,\"when\":\"%s\"}\n", (unsigned)(process - processes),
			       moment == AT_START ? "start" : "end");
	for (size_t i = 0; i < snapshot->nr_runs; i++) {
		const struct page_run *run = &snapshot->runs[i];

		begin_run(&lines);
		fprintf(out, "[%" PRIu64 ",%" PRIu64 ",%" PRIu32 "]", run->first, run->nr, run->what);
	}
	end_runs(&lines);
}

static void write_mapped(FILE *out, const struct process *process)
{
	static unsigned number;
	struct mapped_pages *all = snapshot_of(process, AT_END)->mapped;

	for (struct mapped_pages *mapped = all; mapped && mapped->nr; mapped++) {
		fprintf(out, "{\"mapping\":%u,\"process\":%u,\"pages\":[%" PRIu64 ",%" PRIu64 "],\"perms\":\"%s\",\"kind\":\"%s\",\"path\":",
			number++, (unsigned)(process - processes), mapped->first, mapped->nr, mapped->permissions,
			mapped->kind);
		json_string(out, mapped->path);
		fputs("}\n", out);
	}
}

static void write_faulted(FILE *out, const struct process *process)
{
	struct run_lines lines = { .out = out, .key = "faulted" };
	size_t nr;
	struct faulted_run *runs = faulted_runs(process, &nr);

	lines.tail = formatted(",\"process\":%u}\n", (unsigned)(process - processes));
	for (size_t i = 0; i < nr; i++) {
		begin_run(&lines);
		fprintf(out, "[%" PRIu64 ",%" PRIu64 ",%" PRIu32 ",%d]", runs[i].first, runs[i].nr,
			line_of_stack(runs[i].stack), runs[i].how);
	}
	end_runs(&lines);
	free(runs);
}

void write_pages(FILE *out)
{
	for (unsigned i = 0; i < nr_processes; i++) {
		write_mapped(out, &processes[i]);
		write_resident(out, &processes[i], AT_START);
		write_resident(out, &processes[i], AT_END);
		write_faulted(out, &processes[i]);
	}
}

static void write_rss(FILE *out, const char *comma, const char *when, const struct snapshot *snapshot)
{
	const struct rss *rss = &snapshot->rss;

	if (!snapshot->has_rss)
		return;
	fprintf(out, "%s\"%s\":{\"anon\":%" PRIu64 ",\"file\":%" PRIu64 ",\"shmem\":%" PRIu64 ",\"swap\":%" PRIu64 "}", comma, when,
		rss->anon, rss->file, rss->shmem, rss->swap);
}

void write_process_rss(FILE *out, const struct process *process)
{
	const struct snapshot *start = snapshot_of(process, AT_START), *end = snapshot_of(process, AT_END);

	fputs(",\"rss\":{", out);
	write_rss(out, "", "before", start);
	write_rss(out, start->has_rss ? "," : "", "after", end);
	fputs("}", out);
	if (!start->has_pages || (end->has_rss && !end->has_pages))
		fputs(",\"pagemap\":false", out);
}
