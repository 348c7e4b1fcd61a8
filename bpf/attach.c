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
#include <sys/resource.h>
#include <unistd.h>
#include "collector.h"
#include "heap.skel.h"

/* An attached program: either kind of attachment. */
struct attached {
	struct bpf_link *link; /* through perf events, or NULL */
	int fd; /* of a uprobe_multi link */
};

static struct attached *attached;
static unsigned nr_attached;
static bool use_multi, use_session;

/* One program on several functions of one file. */
struct batch {
	struct bpf_program *program;
	uint64_t offsets[MAX_MODULE_SITES], cookies[MAX_MODULE_SITES];
	uint32_t nr;
};

/* A program whose entry decides for each call whether its return shall be seen. */
static void choose_session(struct bpf_program *program, bool wanted)
{
	if (wanted)
		bpf_program__set_expected_attach_type(program, UPROBE_SESSION_ATTACH_TYPE);
	else
		bpf_program__set_autoload(program, false);
}

void choose_attachment(struct heap_bpf *skel, const struct settings *settings)
{
	struct bpf_program *program;

	use_multi = uprobe_multi_works() && !any_main_thread_ended(); /* it finds the memory by the main thread */
	use_session = use_multi && uprobe_session_works();
	bpf_object__for_each_program(program, skel->obj)
		if (use_multi && bpf_program__type(program) == BPF_PROG_TYPE_KPROBE)
			bpf_program__set_expected_attach_type(program, UPROBE_MULTI_ATTACH_TYPE);
	choose_session(skel->progs.session_new, use_session);
	choose_session(skel->progs.session_alloc, use_session && (settings->follow_forks || settings->programs));
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

	if (!process->announced)
		die(1, format, module->path, process->pid, strerror(error), advice_for(error));
	event_warning(format, module->path, process->pid, strerror(error), advice_for(error));
}

/* How the two kinds of attachment name all processes. */
static pid_t all_processes(void)
{
	return use_multi ? 0 : -1;
}

/* Where it belongs to: a file, for one process or for all. */
struct place {
	const struct process *process;
	const struct module *module;
	bool for_all;
};

static void attach_batch(const struct batch *batch, const struct place *place)
{
	char *path = formatted("/proc/self/fd/%d", place->module->fd);
	pid_t pid = place->for_all ? all_processes() : use_multi ? place->process->pid : place->process->attached_thread;

	if (batch->nr && !(use_multi ? attach_multi : attach_events)(batch, pid, path))
		cannot_attach(place->process, place->module, errno);
	free(path);
}

static uint8_t shifted(uint8_t argument, unsigned shift)
{
	return argument ? argument + shift : 0;
}

static void add_to_batch(struct batch *batch, const struct site *site, uint16_t process)
{
	const struct allocator_function *function = site->function;
	const union cookie cookie = { .site = {
		.process = process, .kind = function->kind, .forwards = function->forwards,
		.size_arg = shifted(function->size_arg, site->shift),
		.count_arg = shifted(function->count_arg, site->shift),
		.pointer_arg = shifted(function->pointer_arg, site->shift),
		.out_arg = shifted(function->out_arg, site->shift),
	} };

	batch->offsets[batch->nr] = site->offset + site->probe_distance;
	batch->cookies[batch->nr++] = cookie.value;
}

/* Whether even small requests may fail: then every call of operator new goes without a return probe. */
static bool has_memory_limit(const struct process *process)
{
	struct rlimit limit;

	return prlimit(process->pid, RLIMIT_AS, NULL, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

/* For functions that throw; see heap.bpf.c. With --follow-forks the program looks at the limit itself. */
static struct bpf_program *throwing_program(struct heap_bpf *skel, const struct settings *settings,
					    const struct process *process)
{
	if (settings->floor)
		return skel->progs.enter_nothing;
	if (settings->entry_only)
		return skel->progs.enter_request;
	return use_session && (settings->follow_forks || !has_memory_limit(process)) ? skel->progs.session_new :
										       skel->progs.enter_new;
}

/* Whether the entries of functions that do not throw decide about their returns. */
static bool has_session_entries(const struct settings *settings)
{
	return settings->follow_forks && use_session && !settings->floor && !settings->entry_only;
}

static struct bpf_program *entering_program(struct heap_bpf *skel, const struct settings *settings)
{
	if (settings->floor)
		return skel->progs.enter_nothing;
	if (settings->entry_only)
		return skel->progs.enter_request;
	return has_session_entries(settings) ? skel->progs.session_alloc : skel->progs.enter_alloc;
}

/* Returns first, then frees, then entries: an entry must find everything else in place. */
static void attach_sites(struct heap_bpf *skel, const struct settings *settings, const struct process *process,
			 const struct found *found)
{
	const struct place place = { process, found->module, settings->follow_forks };
	const bool has_returns = !settings->entry_only && !has_session_entries(settings);
	struct batch exits = { .program = settings->floor ? skel->progs.exit_nothing : skel->progs.exit_alloc };
	struct batch frees = { .program = settings->floor ? skel->progs.enter_nothing : skel->progs.enter_free };
	struct batch throwing = { .program = throwing_program(skel, settings, process) };
	struct batch entries = { .program = entering_program(skel, settings) };

	for (unsigned i = 0; i < found->nr; i++) {
		const struct site *site = &found->sites[i];
		const struct allocator_function *function = site->function;

		if (function->frees && settings->alloc_only)
			continue;
		if (!function->frees && !function->throws && has_returns)
			add_to_batch(&exits, site, process - processes);
		add_to_batch(function->frees ? &frees : function->throws ? &throwing : &entries, site,
			     process - processes);
	}
	attach_batch(&exits, &place);
	attach_batch(&frees, &place);
	attach_batch(&throwing, &place);
	attach_batch(&entries, &place);
}

static void attach_module(struct heap_bpf *skel, const struct settings *settings, struct process *process,
			  struct module *module)
{
	struct found found = { .module = module };

	if (!is_chosen(&settings->naming, process, module))
		return;
	found.sites = find_sites(module, &settings->naming, &found.nr);
	leave_out_untraceable(process, &found);
	keep_places(&found);
	found.known = module->probed_for_all;
	if (found.nr && !found.known)
		attach_sites(skel, settings, process, &found);
	if (found.nr && process->nr_searched >= process->nr_described)
		describe_found(process, &settings->naming, &found);
	module->probed_for_all = settings->follow_forks && found.nr;
	free(found.sites);
}

/* Whether its file was there before; in a child that is another program now, since it is that. */
static bool is_searched(const struct process *process, const struct mapping *mapping)
{
	const struct mapping *before = process->mappings;

	while (before->module != mapping->module || (process->parent && before->image != mapping->image))
		before++;
	return before != mapping;
}

void attach_allocators(struct heap_bpf *skel, const struct settings *settings, struct process *process)
{
	if (!use_multi && !settings->follow_forks && !process->attached_thread)
		process->attached_thread = living_thread(process);
	for (; process->nr_searched < process->nr_mappings; process->nr_searched++) {
		const struct mapping *mapping = &process->mappings[process->nr_searched];

		if (!is_searched(process, mapping))
			attach_module(skel, settings, process, &modules[mapping->module]);
	}
}

/* The old probes have no effect any more. They stay until the end: the kernel takes its time to remove one. */
static void attach_again(struct heap_bpf *skel, const struct settings *settings, struct process *process)
{
	event_warning("thread %d, by which pid %d (%s) was traced, has ended: it is traced by another one; calls of the "
		      "last half second may be missing", process->attached_thread, process->pid, process->name);
	process->attached_thread = 0;
	process->nr_described = process->nr_searched;
	process->nr_searched = 0;
	attach_allocators(skel, settings, process);
}

void follow_threads(struct heap_bpf *skel, const struct settings *settings)
{
	for (unsigned i = 0; i < nr_processes; i++) {
		struct process *process = &processes[i];

		if (process->attached_thread && !process->exited &&
		    !is_alive(process->pid, process->attached_thread) && find_living_thread(process->pid))
			attach_again(skel, settings, process);
	}
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
