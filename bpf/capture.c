// SPDX-License-Identifier: MIT
/* Writes a capture; README.md specifies it. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "capture.h"
#include "growth.h"
#include "ranges.h"

static void write_time(FILE *out, const char *key, double seconds)
{
	time_t whole = (time_t)seconds;
	struct tm tm;
	char text[32];

	gmtime_r(&whole, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	fprintf(out, ",\"%s\":\"%s.%03dZ\"", key, text, (int)((seconds - whole) * 1000));
}

static void write_filters(FILE *out, const struct settings *settings)
{
	static const char *const modes[] = { "full", "alloc", "entry" };

	fprintf(out, ",\"mode\":\"%s\"", modes[settings->alloc_only + settings->entry_only]);
	fprintf(out, ",\"filters\":{\"min_size\":%" PRIu64 ",\"max_size\":", settings->min_size);
	if (settings->max_size == UINT64_MAX)
		fputs("null", out);
	else
		fprintf(out, "%" PRIu64, settings->max_size);
	fprintf(out, ",\"older_ms\":%" PRIu64 "}", settings->older_ms);
	if (settings->sample_calls)
		fprintf(out, ",\"sampling\":{\"calls\":%u}", settings->sample_calls);
	if (settings->sample_bytes)
		fprintf(out, ",\"sampling\":{\"bytes\":%u}", settings->sample_bytes);
}

static void write_limits(FILE *out, const struct settings *settings)
{
	fprintf(out, ",\"limits\":{\"max_frames\":%u,\"max_stacks\":%u", settings->max_frames, settings->max_stacks);
	if (settings->heap)
		fprintf(out, ",\"max_live\":%u", settings->max_live);
	if (settings->faults)
		fprintf(out, ",\"max_pages\":%" PRIu64, settings->max_pages);
	fputs("}}\n", out);
}

static void write_header(FILE *out, const struct run *run)
{
	static const char *const stops[] = { "duration", "interrupted", "exited", "rate" };
	const struct settings *settings = run->settings;
	struct utsname name;

	uname(&name);
	fprintf(out, "{\"capture\":\"%s\"", !settings->faults ? "heap" : settings->heap ? "incident" : "faults");
	fputs(",\"version\":1,\"tool\":\"memstacks " VERSION "\",\"host\":", out);
	json_string(out, name.nodename);
	fputs(",\"kernel\":", out);
	json_string(out, name.release);
	fprintf(out, ",\"machine\":\"%s\",\"page_size\":%ld", name.machine, sysconf(_SC_PAGESIZE));
	write_time(out, "start", run->start);
	write_time(out, "end", run->end);
	fprintf(out, ",\"duration_ms\":%" PRIu64, (run->end_ns - run->start_ns + 500000) / 1000000);
	fprintf(out, ",\"stop\":\"%s\",\"unwind\":\"%s\"", stops[run->stop], unwind_names[settings->unwind]);
	if (settings->mmap)
		fputs(",\"mmap\":true", out);
	if (settings->follow_forks)
		fputs(",\"follow_forks\":true", out);
	if (settings->heap)
		write_filters(out, settings);
	write_reading_times(out, run);
	if (settings->faults)
		fprintf(out, ",\"faults\":{\"source\":\"%s\"}", fault_source());
	write_limits(out, settings);
}

static void write_command(FILE *out, const struct process *process)
{
	size_t length = process->command_length;

	while (length && !process->command[length - 1])
		length--; /* setproctitle leaves a tail of NULs */
	fputs(",\"command\":[", out);
	for (size_t at = 0; at < length; at += strlen(process->command + at) + 1) {
		if (at)
			putc(',', out);
		json_string(out, process->command + at);
	}
	putc(']', out);
}

/* What became of it. An exec that was not reported to us may have made it something else. */
static void write_execs(FILE *out, const struct process *process, uint32_t execs)
{
	fprintf(out, ",\"execs\":%u", execs - process->first_image);
	if (execs == process->first_image || execs != process->image || !process->executable)
		return;
	fputs(",\"executable\":", out);
	json_string(out, process->executable);
}

static void write_process(FILE *out, unsigned index, const struct run *run, const struct ledger *ledger)
{
	const struct process *process = &processes[index];

	fprintf(out, "{\"process\":%u,\"pid\":%d,\"name\":", index, process->pid);
	json_string(out, process->name);
	if (process->parent)
		fprintf(out, ",\"parent\":%d", process->parent->pid);
	write_command(out, process);
	fprintf(out, ",\"allocators\":[%s]", process->allocators ? process->allocators : "");
	fprintf(out, ",\"state\":\"%s\"", process->exited ? "exited" : "running");
	if (process->reaped && WIFEXITED(process->wait_status))
		fprintf(out, ",\"exit_code\":%d", WEXITSTATUS(process->wait_status));
	else if (process->reaped)
		fprintf(out, ",\"signal\":%d", WTERMSIG(process->wait_status));
	write_execs(out, process, ledger->execs[index]);
	fprintf(out, ",\"forks\":%u", ledger->forks[index]);
	if (run->settings->faults)
		write_process_rss(out, process);
	fputs("}\n", out);
}

/* What the walk had to go by in the module's code. */
static void write_unwind(FILE *out, const struct unwind_table *table)
{
	const char *source = !table ? NULL : table->from_eh_frame ? "eh_frame" : table->from_debug_frame ? "debug_frame" :
			     table->from_code_cache ? "code_cache" : "none";

	if (source)
		fprintf(out, ",\"unwind\":\"%s\"", source);
}

static void write_modules(FILE *out)
{
	for (unsigned i = 0; i < nr_modules; i++) {
		struct elf_file *elf = module_elf(&modules[i]);
		char *build_id = elf ? elf_build_id(elf) : NULL;

		fprintf(out, "{\"module\":%u,\"path\":", i);
		json_string(out, modules[i].path);
		if (build_id)
			fprintf(out, ",\"build_id\":\"%s\"", build_id);
		write_unwind(out, modules[i].unwind_table);
		if (modules[i].symbol_source)
			fprintf(out, ",\"symbols\":\"%s\"", modules[i].symbol_source);
		fputs("}\n", out);
		free(build_id);
	}
}

/* One reason in "lost" or "filtered"; `first` is cleared by the first that is written. */
struct reasons {
	FILE *out;
	bool first;
};

static void write_reason(struct reasons *reasons, const char *reason, const struct weight *weight, bool sized)
{
	if (!weight->calls)
		return;
	fprintf(reasons->out, "%s\"%s\":{\"calls\":%" PRIu64, reasons->first ? "" : ",", reason,
		(uint64_t)weight->calls);
	if (sized)
		fprintf(reasons->out, ",\"bytes\":%" PRIu64, (uint64_t)weight->bytes);
	fputs("}", reasons->out);
	reasons->first = false;
}

static void write_note(struct reasons *notes, const char *note, uint64_t value)
{
	if (!value)
		return;
	fprintf(notes->out, "%s\"%s\":%" PRIu64, notes->first ? "" : ",", note, value);
	notes->first = false;
}

static struct weight plus_calls(const struct weight *weight, uint64_t calls)
{
	return (struct weight){ weight->bytes, weight->calls + calls };
}

static void write_lost(FILE *out, bool heap, const struct ledger *ledger, const struct sums *sums)
{
	const struct weight *counters = ledger->counters, missed = { 0, ledger->missed_probes };
	const struct weight unfinished = { 0, unfinished_calls(counters) };
	const struct weight no_stack = plus_calls(&counters[COUNT_STACK_TABLE_FULL], ledger->faults[FAULTS_NO_STACK]);
	const struct weight no_page = { 0, ledger->faults[FAULTS_NO_PAGE] };
	const struct weight cut = plus_calls(&counters[COUNT_STACKS_CUT], sums->others_cut);
	const struct weight no_event = { 0, ledger->lost_map_events };
	struct reasons lost = { out, true };

	fputs(",\"lost\":{", out);
	write_reason(&lost, "stack_table_full", &no_stack, heap);
	write_reason(&lost, "page_table_full", &no_page, false);
	write_reason(&lost, "live_table_full", &counters[COUNT_LIVE_TABLE_FULL], true);
	write_reason(&lost, "no_thread_record", &counters[COUNT_NO_THREAD_RECORD], false);
	write_reason(&lost, "abandoned", &counters[COUNT_ABANDONED], true);
	write_reason(&lost, "unfinished", &unfinished, false);
	write_reason(&lost, "missed_free", &counters[COUNT_MISSED_FREE], true);
	write_reason(&lost, "missed_probe", &missed, false);
	write_reason(&lost, "not_followed", &counters[COUNT_NOT_FOLLOWED], false);
	write_reason(&lost, "address_unknown", &counters[COUNT_ADDRESS_UNKNOWN], true);
	write_reason(&lost, "process_table_full", &counters[COUNT_PROCESS_TABLE_FULL], false);
	write_reason(&lost, "map_events", &no_event, false);
	write_reason(&lost, "stacks_cut", &cut, heap);
	fputs("}", out);
}

static void write_sums(FILE *out, const struct settings *settings, const struct sums *sums)
{
	fprintf(out, "\"alloc\":[%" PRIu64 ",%" PRIu64 "]", (uint64_t)sums->alloc.bytes, (uint64_t)sums->alloc.calls);
	if (settings->alloc_only)
		return;
	write_weight(out, "freed", &sums->freed);
	write_weight(out, "unfreed", &sums->unfreed);
}

static void write_map_sums(FILE *out, const struct sums *sums)
{
	write_weight(out, "mmap", &sums->mmap);
	write_weight(out, "munmapped", &sums->munmapped);
	write_weight(out, "mapped", &sums->mapped);
}

static void write_fault_sums(FILE *out, const char *comma, const struct ledger *ledger)
{
	fprintf(out, "%s\"faults\":{\"user\":%" PRIu64 ",\"kernel\":%" PRIu64 ",\"present\":%" PRIu64 "}", comma,
		ledger->faults[FAULTS_USER], ledger->faults[FAULTS_KERNEL], ledger->faults[FAULTS_PRESENT]);
}

static void write_end(FILE *out, const struct run *run, const struct ledger *ledger, const struct sums *sums)
{
	struct reasons filtered = { out, true }, notes = { out, true };
	struct weight by_allocators = plus_calls(&sums->allocator_mapped, allocator_maps().calls);

	by_allocators.bytes += allocator_maps().bytes;

	fputs("{\"end\":{", out);
	if (run->settings->heap)
		write_sums(out, run->settings, sums);
	if (run->settings->mmap)
		write_map_sums(out, sums);
	if (run->settings->faults)
		write_fault_sums(out, run->settings->heap ? "," : "", ledger);
	write_lost(out, run->settings->heap, ledger, sums);
	fputs(",\"filtered\":{", out);
	write_reason(&filtered, "size", &ledger->counters[COUNT_SIZE_FILTERED], true);
	write_reason(&filtered, "not_sampled", &ledger->counters[COUNT_NOT_SAMPLED], true);
	write_reason(&filtered, "younger", &sums->younger, true);
	write_reason(&filtered, "exec", &sums->exec, true);
	write_reason(&filtered, "exec_mapped", &sums->exec_mapped, true);
	write_reason(&filtered, "allocator_mapped", &by_allocators, true);
	fputs("},\"notes\":{", out);
	write_note(&notes, "untracked_frees", ledger->counters[COUNT_UNTRACKED_FREES].calls);
	write_note(&notes, "failed", ledger->counters[COUNT_FAILED].calls);
	write_note(&notes, "failed_maps", ledger->failed_maps);
	write_note(&notes, "untracked_unmaps", untracked_unmaps());
	write_note(&notes, "unfollowed_forks", ledger->unfollowed_forks);
	write_note(&notes, "foreign_calls", ledger->counters[COUNT_FOREIGN_CALLS].calls);
	write_note(&notes, "broken_stacks", sums->broken.calls);
	write_note(&notes, "fp_stacks", sums->by_fp.calls);
	write_note(&notes, "exec_faults", ledger->faults[FAULTS_EXEC]);
	write_note(&notes, "late_faults", ledger->faults[FAULTS_LATE]);
	fputs("}}}\n", out);
}

bool write_capture(int fd, const struct run *run, const struct ledger *ledger)
{
	FILE *out = fdopen(fd, "w");
	struct sums sums = { 0 };
	bool ok;

	if (!out)
		return false;
	make_frames(run->settings, ledger);
	write_header(out, run);
	for (unsigned i = 0; i < nr_processes; i++)
		write_process(out, i, run, ledger);
	write_modules(out);
	write_frames(out);
	write_stacks(out, run, ledger, &sums);
	if (run->settings->faults)
		write_pages(out);
	write_end(out, run, ledger, &sums);
	ok = !ferror(out);
	return fclose(out) == 0 && ok;
}
