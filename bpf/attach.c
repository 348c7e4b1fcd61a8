// SPDX-License-Identifier: MIT
/* Probes on the allocator's functions, filtered to one process by the kernel: uprobe_multi, or perf events. */
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
static struct heap_bpf *programs;

/* One program on several functions of one file. */
struct batch {
	struct bpf_program *program;
	uint64_t offsets[MAX_MODULE_SITES], cookies[MAX_MODULE_SITES];
	uint32_t nr;
};

void choose_attachment(struct heap_bpf *skel)
{
	struct bpf_program *program;

	programs = skel;
	use_multi = uprobe_multi_works() && !any_main_thread_ended(); /* it finds the memory by the main thread */
	use_session = use_multi && uprobe_session_works();
	bpf_object__for_each_program(program, skel->obj)
		if (use_multi && bpf_program__type(program) == BPF_PROG_TYPE_KPROBE)
			bpf_program__set_expected_attach_type(program, UPROBE_MULTI_ATTACH_TYPE);
	if (use_session)
		bpf_program__set_expected_attach_type(skel->progs.session_new, UPROBE_SESSION_ATTACH_TYPE);
	else
		bpf_program__set_autoload(skel->progs.session_new, false);
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

static void attach_batch(const struct batch *batch, const struct process *process, const struct module *module)
{
	char *path = formatted("/proc/self/fd/%d", module->fd);
	bool ok = !batch->nr || (use_multi ? attach_multi(batch, process->pid, path) :
					     attach_events(batch, process->attached_thread, path));

	if (!ok)
		cannot_attach(process, module, errno);
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

/* For functions that throw; see heap.bpf.c. */
static struct bpf_program *throwing_program(struct heap_bpf *skel, const struct settings *settings,
					    const struct process *process)
{
	if (settings->floor)
		return skel->progs.enter_nothing;
	if (settings->entry_only)
		return skel->progs.enter_request;
	return use_session && !has_memory_limit(process) ? skel->progs.session_new : skel->progs.enter_new;
}

/* Returns first, then frees, then entries: an entry must find everything else in place. */
static void attach_sites(struct heap_bpf *skel, const struct settings *settings, const struct process *process,
			 const struct found *found)
{
	struct batch exits = { .program = settings->floor ? skel->progs.exit_nothing : skel->progs.exit_alloc };
	struct batch frees = { .program = settings->floor ? skel->progs.enter_nothing : skel->progs.enter_free };
	struct batch throwing = { .program = throwing_program(skel, settings, process) };
	struct batch entries = { .program = settings->floor	 ? skel->progs.enter_nothing :
					    settings->entry_only ? skel->progs.enter_request :
								   skel->progs.enter_alloc };

	for (unsigned i = 0; i < found->nr; i++) {
		const struct site *site = &found->sites[i];
		const struct allocator_function *function = site->function;

		if (function->frees && settings->alloc_only)
			continue;
		if (!function->frees && !function->throws && !settings->entry_only)
			add_to_batch(&exits, site, process - processes);
		add_to_batch(function->frees ? &frees : function->throws ? &throwing : &entries, site,
			     process - processes);
	}
	attach_batch(&exits, process, found->module);
	attach_batch(&frees, process, found->module);
	attach_batch(&throwing, process, found->module);
	attach_batch(&entries, process, found->module);
}

/* Where dlclose is. */
static void note_dlclose(const struct elf_function *function, void *address)
{
	if (function->kind == FUNCTION && function->global && strcmp(function->name, "dlclose") == 0)
		*(uint64_t *)address = function->address;
}

static void watch_dlclose(struct heap_bpf *skel, const struct settings *settings, const struct process *process,
			  const struct module *module)
{
	struct batch batch = { .program = settings->entry_only ? skel->progs.enter_dlclose : skel->progs.exit_dlclose };
	uint64_t address = 0;

	if (settings->floor || !module->elf)
		return;
	elf_file_functions(module->elf, note_dlclose, &address);
	if (!address || !elf_address_to_offset(module->elf, address, &batch.offsets[0]))
		return;
	batch.cookies[0] = process - processes;
	batch.nr = 1;
	attach_batch(&batch, process, module);
}

static void attach_module(struct heap_bpf *skel, const struct settings *settings, struct process *process,
			  struct module *module)
{
	struct found found = { .module = module };

	if (!is_chosen(&settings->naming, process, module))
		return;
	found.sites = find_sites(module, &settings->naming, &found.nr);
	leave_out_untraceable(process, &found);
	if (found.nr)
		attach_sites(skel, settings, process, &found);
	if (found.nr && process->nr_searched >= process->nr_described)
		describe_found(process, &settings->naming, &found);
	free(found.sites);
}

/* A process may map a file many times, and it must not be probed twice. */
static bool is_first_search(struct process *process, unsigned module)
{
	bool first;

	while (process->nr_is_searched <= module) {
		process->is_searched = grow(process->is_searched, process->nr_is_searched, sizeof(bool));
		process->is_searched[process->nr_is_searched++] = false;
	}
	first = !process->is_searched[module];
	process->is_searched[module] = true;
	return first;
}

void attach_allocators(struct heap_bpf *skel, const struct settings *settings, struct process *process)
{
	if (!use_multi && !process->attached_thread)
		process->attached_thread = living_thread(process);
	for (; process->nr_searched < process->nr_mappings; process->nr_searched++) {
		unsigned module = process->mappings[process->nr_searched].module;

		if (!is_first_search(process, module))
			continue;
		attach_module(skel, settings, process, &modules[module]);
		watch_dlclose(skel, settings, process, &modules[module]);
	}
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

/* The old probes have no effect any more. They stay until the end: the kernel takes its time to remove one. */
static void attach_again(struct heap_bpf *skel, const struct settings *settings, struct process *process)
{
	event_warning("thread %d, by which pid %d (%s) was traced, has ended: it is traced by another one; calls of the "
		      "last half second may be missing", process->attached_thread, process->pid, process->name);
	process->attached_thread = 0;
	process->nr_described = process->nr_searched;
	process->nr_searched = process->nr_is_searched = 0;
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
