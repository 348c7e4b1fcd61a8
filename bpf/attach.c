// SPDX-License-Identifier: MIT
/*
 * Probes on the allocator's functions: uprobe_multi, or perf events. The kernel filters them to one process; with
 * --follow-forks the programs do, and a file is probed once for all processes.
 */
#define _GNU_SOURCE
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "attach.h"
#include "heap.skel.h"

/* An attached program: either kind of attachment. */
struct attached {
	struct bpf_link *link; /* through perf events, or NULL */
	int fd; /* of a uprobe_multi link */
};

static struct attached *attached;
static unsigned nr_attached;
static bool use_multi, use_session;
static struct heap_bpf *programs;

/* Where the kernel has none they cannot even be verified. */
static void choose_session(struct bpf_program *program)
{
	if (use_session)
		bpf_program__set_expected_attach_type(program, UPROBE_SESSION_ATTACH_TYPE);
	else
		bpf_program__set_autoload(program, false);
}

/*
 * The kernel takes some 30 ms to verify one that walks. With -a, what may be in fear of return probes can fall back to
 * requests later.
 */
static void leave_out_unused(struct heap_bpf *skel, const struct settings *settings)
{
	bool in_sessions = use_session && settings->follow_forks;
	bool calls = !settings->entry_only;

	bpf_program__set_autoload(skel->progs.enter_alloc, calls && !in_sessions);
	bpf_program__set_autoload(skel->progs.exit_alloc, calls && !in_sessions);
	bpf_program__set_autoload(skel->progs.session_alloc, calls && in_sessions);
	bpf_program__set_autoload(skel->progs.session_new, calls && use_session);
	bpf_program__set_autoload(skel->progs.enter_new, calls && !use_session);
	bpf_program__set_autoload(skel->progs.enter_free, !settings->alloc_only);
	bpf_program__set_autoload(skel->progs.enter_request, settings->alloc_only);
}

static bool any_main_thread_ended(void)
{
	for (unsigned i = 0; i < nr_processes; i++)
		if (processes[i].thread != processes[i].pid)
			return true;
	return false;
}

void choose_attachment(struct heap_bpf *skel, const struct settings *settings)
{
	struct bpf_program *program;

	programs = skel;
	use_multi = uprobe_multi_works() && !any_main_thread_ended(); /* it finds the memory by the main thread */
	use_session = use_multi && uprobe_session_works();
	bpf_object__for_each_program(program, skel->obj)
		if (use_multi && bpf_program__type(program) == BPF_PROG_TYPE_KPROBE)
			bpf_program__set_expected_attach_type(program, UPROBE_MULTI_ATTACH_TYPE);
	choose_session(skel->progs.session_new);
	choose_session(skel->progs.session_alloc);
	if (!settings->programs)
		leave_out_unused(skel, settings);
}

static bool is_return(const struct bpf_program *program)
{
	return strncmp(bpf_program__name(program), "exit_", 5) == 0;
}

static void keep_attached(struct bpf_link *link, int fd)
{
	attached = grow(attached, nr_attached, sizeof(*attached));
	attached[nr_attached++] = (struct attached){ link, fd };
}

static bool attach_multi(const struct batch *batch, pid_t pid, const char *path)
{
	const struct uprobe_multi probes = {
		.prog_fd = bpf_program__fd(batch->program),
		.attach_type = bpf_program__expected_attach_type(batch->program), .path = path, .offsets = batch->offsets,
		.cookies = batch->cookies, .nr = batch->nr, .returns = is_return(batch->program), .pid = pid,
	};
	int fd = uprobe_multi_attach(&probes);

	if (fd >= 0)
		keep_attached(NULL, fd);
	return fd >= 0;
}

static bool attach_events(const struct batch *batch, pid_t pid, const char *path)
{
	for (uint32_t i = 0; i < batch->nr; i++) {
		LIBBPF_OPTS(bpf_uprobe_opts, options, .bpf_cookie = batch->cookies[i],
			    .retprobe = is_return(batch->program));
		struct bpf_link *link =
			bpf_program__attach_uprobe_opts(batch->program, pid, path, batch->offsets[i], &options);

		if (!link)
			return false;
		keep_attached(link, -1);
	}
	return true;
}

/* Later on the trace goes on without: the process may be gone, and what was collected is wanted. */
static void cannot_attach(const struct process *process, const struct module *module, int error)
{
	static const char format[] = "cannot probe malloc of %s in pid %d: %s; %s";

	if (error == ESRCH && nr_processes > 1) {
		tell_gone(process->pid);
		return;
	}
	if (!process->announced)
		die(1, format, module->path, process->pid, strerror(error), advice_for(error));
	event_warning(format, module->path, process->pid, strerror(error), advice_for(error));
}

/* How the two kinds of attachment name all processes. */
static pid_t all_processes(void)
{
	return use_multi ? 0 : -1;
}

void attach_batch(const struct batch *batch, const struct place *place)
{
	char *path = formatted("/proc/self/fd/%d", place->module->fd);
	pid_t pid = place->for_all ? all_processes() : use_multi ? place->process->pid : place->process->attached_thread;

	if (batch->nr && !(use_multi ? attach_multi : attach_events)(batch, pid, path))
		cannot_attach(place->process, place->module, errno);
	free(path);
}

unsigned layout_at(const struct process *process, uint64_t ns)
{
	unsigned index = process - processes, layout = 0;

	if (programs && programs->bss)
		layout = programs->bss->layouts[index];
	while (layout && programs->bss->layout_began[index][layout] > ns)
		layout--;
	return layout;
}

bool has_sessions(void)
{
	return use_session;
}

void choose_thread(struct process *process, const struct settings *settings)
{
	if (!use_multi && !settings->follow_forks && !process->attached_thread)
		process->attached_thread = living_thread(process);
}

bool attach_return_probe(struct bpf_program *program, pid_t pid, uint64_t offset)
{
	const struct batch batch = { .program = program, .offsets = { offset }, .nr = 1 };

	return (use_multi ? attach_multi : attach_events)(&batch, pid, "/proc/self/exe");
}

void detach_all(void)
{
	while (nr_attached) {
		struct attached *last = &attached[--nr_attached];

		if (last->link)
			bpf_link__destroy(last->link);
		else
			close(last->fd);
	}
}
