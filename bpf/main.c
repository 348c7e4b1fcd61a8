// SPDX-License-Identifier: MIT
/* The helper: open, configure, load, attach, record, drain, write. */
#define _GNU_SOURCE
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "follow.h"
#include "recorder.h"
#include "resident.h"
#include "heap.skel.h"

static int open_signals(struct inherited *inherited)
{
	sigset_t set;
	int fd;

	ending_signals(&set);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	inherited->sigpipe = signal(SIGPIPE, SIG_IGN);
	sigaddset(&set, SIGCHLD); /* launch.c waits for it */
	sigprocmask(SIG_BLOCK, &set, &inherited->mask);
	if (fd < 0)
		die(1, "cannot watch signals: %s", strerror(errno));
	return fd;
}

/* Every mapped file stays open until its symbols are read. */
static void allow_many_files(struct inherited *inherited)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	inherited->files = limit;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Silent unless asked: our own messages say what failed and what to do. */
static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	return getenv("MEMSTACKS_DEBUG") ? vfprintf(stderr, format, args) : 0;
}

/* What the launch callback needs. */
struct attachment {
	struct heap_bpf *skel;
	const struct settings *settings;
};

/* While COMMAND stands still after it has mapped code. */
static void attach_new_mappings(struct process *process, void *context)
{
	struct attachment *attachment = context;

	name_processes(attachment->skel);
	read_mappings(process);
	if (process->has_new_mappings) /* read now, or when an exec was reported */
		use_mappings(attachment->skel, attachment->settings, process);
	if (attachment->settings->faults)
		take_snapshot(process, AT_START); /* that is before its first instruction */
}

/* Before loading: how much the process has mapped decides how large the tables are. */
static void open_processes(const struct settings *settings)
{
	for (unsigned i = 0; i < settings->nr_pids; i++) {
		if (settings->skip_gone && kill(settings->pids[i], 0) && errno == ESRCH) {
			tell_gone(settings->pids[i]);
			continue;
		}
		mapwatch_drain(); /* what happened before counts as its past */
		read_mappings(add_process(settings->pids[i]));
	}
	if (settings->nr_pids && !nr_processes)
		die(1, "all of these processes have ended");
}

static void attach_running(struct attachment *attachment)
{
	for (unsigned i = 0; i < nr_processes; i++)
		use_mappings(attachment->skel, attachment->settings, &processes[i]);
	for (unsigned i = 0; attachment->settings->heap && i < nr_processes; i++)
		require_allocator(&processes[i], attachment->settings);
	if (attachment->settings->heap)
		require_names(attachment->settings);
}

/* Recording has begun: what is faulted in meanwhile is in the snapshot as well as on record. */
static void take_first_snapshots(const struct settings *settings)
{
	for (unsigned i = 0; settings->faults && i < nr_processes; i++)
		take_snapshot(&processes[i], AT_START);
}

/* Recording starts first: the constructors of its libraries allocate before it reaches its entry. */
static void start_command(struct attachment *attachment, struct run *run, const struct inherited *inherited)
{
	struct launch launch = { .inherited = inherited, .mapped = attach_new_mappings, .context = attachment };
	struct process *process;

	start_recording(attachment->skel, run);
	launch.deadline_ns = recording_end(run);
	process = launch_command(attachment->settings->command, &launch);
	describe_process(process);
	if (!process->at_entry || !attachment->settings->heap)
		return;
	require_allocator(process, attachment->settings);
	require_names(attachment->settings);
}

/* What of a process is traced. */
static char *describe_traced(const struct process *process, const struct settings *settings)
{
	const char *files = process->allocator_files ? process->allocator_files : "no malloc yet";

	if (!settings->heap)
		return duplicate("page faults");
	return formatted("%s%s", files, settings->faults ? ", page faults" : "");
}

static void announce(const struct settings *settings)
{
	char *text = duplicate("Tracing pid ");

	for (unsigned i = 0; i < nr_processes; i++) {
		char *traced = describe_traced(&processes[i], settings);
		char *longer = formatted("%s%s%d (%s, %s)", text, i ? ", " : "", processes[i].pid, processes[i].name, traced);

		free(traced);
		free(text);
		text = longer;
		processes[i].announced = true;
	}
	event_tracing(text);
	free(text);
	/* A command stands still until it is released. */
	for (unsigned i = 0; i < nr_processes && !settings->command; i++)
		if (is_stopped(&processes[i]))
			event_warning("pid %d (%s) is stopped, by a signal or a debugger: until it goes on there is nothing to see",
				      processes[i].pid, processes[i].name);
}

static void end_command(struct process *process, const struct settings *settings)
{
	struct pollfd end = { .fd = process->pidfd, .events = POLLIN };

	if (settings->kill_command && !process->exited) {
		kill(process->pid, SIGTERM);
		process->exited = poll(&end, 1, 5000) == 1;
		if (!process->exited)
			event_warning("pid %d did not end within 5 s of SIGTERM and still runs", process->pid);
	}
	if (process->exited && !process->reaped)
		process->reaped = waitpid(process->pid, &process->wait_status, 0) == process->pid;
	process->exited |= process->reaped;
	note_ends_of_children();
}

int main(int argc, char **argv)
{
	static struct settings settings;
	struct run run = { .settings = &settings };
	struct attachment attachment = { .settings = &settings };
	struct inherited inherited = { .files = { RLIM_INFINITY, RLIM_INFINITY } };
	struct ledger ledger;
	bool watching;

	parse_options(argc, argv, &settings);
	use_debug_dirs(settings.debug_dirs, settings.nr_debug_dirs);
	if (settings.read_pagemap)
		read_whole_pagemaps();
	libbpf_set_print(print_libbpf);
	allow_many_files(&inherited);
	if (settings.doctor)
		return doctor(&settings);
	if (settings.programs)
		return print_programs(&settings);
	run.signals = open_signals(&inherited);
	require_numbers(&settings);
	watching = mapwatch_open(settings.follow_forks);
	open_processes(&settings);
	attachment.skel = load_programs(&settings);
	if (settings.heap)
		spare_confined_processes(attachment.skel, &settings);
	if (!watching)
		event_warning("cannot watch new mappings: libraries loaded while tracing stay without names");
	if (settings.command) {
		start_command(&attachment, &run, &inherited);
	} else {
		name_processes(attachment.skel);
		agree_on_images(attachment.skel);
		attach_running(&attachment);
		start_recording(attachment.skel, &run);
		take_first_snapshots(&settings);
	}
	announce(&settings);
	if (settings.command)
		release_command(&processes[0]);
	keep_recording(attachment.skel, &run);
	stop_recording(attachment.skel, &run);
	if (settings.command)
		end_command(&processes[0], &settings);
	read_ledger(attachment.skel, &settings, run.end_ns, &ledger);
	if (settings.faults)
		read_page_records(attachment.skel);
	if (!write_capture(settings.capture_fd, &run, &ledger))
		die(1, "cannot write the capture: %s", strerror(errno));
	return 0;
}
