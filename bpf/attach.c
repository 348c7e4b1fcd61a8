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
static unsigned nr_sites = 1; /* of all modules, for --entry-only; 0 stands for none */
static bool use_multi, use_session;

/* One program on several functions of one file. */
struct batch {
	struct bpf_program *program;
	uint64_t offsets[MAX_MODULE_SITES], cookies[MAX_MODULE_SITES];
	uint32_t nr;
};

void choose_attachment(struct heap_bpf *skel)
{
	struct bpf_program *program;

	use_multi = uprobe_multi_works();
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

	if (batch->nr && !(use_multi ? attach_multi : attach_events)(batch, process->pid, path))
		cannot_attach(process, module, errno);
	free(path);
}

static void add_to_batch(struct batch *batch, const struct site *site, union cookie cookie)
{
	const struct allocator_function *function = site->function;

	cookie.site.size_arg = function->size_arg;
	cookie.site.count_arg = function->count_arg;
	cookie.site.pointer_arg = function->pointer_arg;
	cookie.site.out_arg = function->out_arg;
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
			 const struct module *module, const struct site *sites, unsigned nr)
{
	struct batch exits = { .program = settings->floor ? skel->progs.exit_nothing : skel->progs.exit_alloc };
	struct batch frees = { .program = settings->floor ? skel->progs.enter_nothing : skel->progs.enter_free };
	struct batch throwing = { .program = throwing_program(skel, settings, process) };
	struct batch entries = { .program = settings->floor	 ? skel->progs.enter_nothing :
					    settings->entry_only ? skel->progs.enter_request :
								   skel->progs.enter_alloc };

	for (unsigned i = 0; i < nr; i++) {
		union cookie cookie = { .site = { .process = process - processes, .site = module->first_site + i } };
		const struct allocator_function *function = sites[i].function;

		if (function->frees && settings->alloc_only)
			continue;
		if (!function->frees && !function->throws && !settings->entry_only)
			add_to_batch(&exits, &sites[i], cookie);
		add_to_batch(function->frees ? &frees : function->throws ? &throwing : &entries, &sites[i], cookie);
	}
	attach_batch(&exits, process, module);
	attach_batch(&frees, process, module);
	attach_batch(&throwing, process, module);
	attach_batch(&entries, process, module);
}

/* Tells the programs where the module's other allocator functions lie, seen from each probe; once a module. */
static void publish_ranges(struct heap_bpf *skel, struct module *module, const struct site *sites, unsigned nr)
{
	if (module->first_site)
		return;
	if (nr_sites + nr > MAX_SITES)
		die(1, "more than %d allocator functions in the traced processes: trace fewer of them", MAX_SITES);
	module->first_site = nr_sites;
	nr_sites += nr;
	for (unsigned i = 0; i < nr; i++) {
		struct site_ranges ranges = { .nr = nr, .all = { INT64_MAX, INT64_MIN } };
		uint32_t key = module->first_site + i;

		for (unsigned j = 0; j < nr && j < MAX_RANGES; j++) {
			ranges.range[j].low = sites[j].address - sites[i].address - sites[i].probe_distance;
			ranges.range[j].high = ranges.range[j].low + sites[j].size;
			if (ranges.range[j].low < ranges.all.low)
				ranges.all.low = ranges.range[j].low;
			if (ranges.range[j].high > ranges.all.high)
				ranges.all.high = ranges.range[j].high;
		}
		bpf_map__update_elem(skel->maps.sites, &key, sizeof(key), &ranges, sizeof(ranges), BPF_ANY);
	}
}

/* Appends {"path":...,"functions":[...]} to the process's JSON array. */
static void describe_allocator(struct process *process, const struct module *module, const struct site *sites,
			       unsigned nr)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		die(1, "out of memory in the collector");
	fprintf(out, "%s%s{\"path\":", process->allocators ? process->allocators : "",
		process->allocators ? "," : "");
	json_string(out, module->path);
	fputs(",\"functions\":[", out);
	for (unsigned i = 0; i < nr; i++)
		fprintf(out, "%s\"%s\"", i ? "," : "", sites[i].function->name);
	fputs("]}", out);
	fclose(out);
	free(process->allocators);
	process->allocators = text;
	text = process->allocator_files;
	process->allocator_files = formatted("%s%s%s", text ? text : "", text ? ", " : "", module->path);
	free(text);
}

static int by_function(const void *a, const void *b)
{
	const struct allocator_function *left = ((const struct site *)a)->function,
					*right = ((const struct site *)b)->function;

	return (left > right) - (left < right);
}

static void attach_module(struct heap_bpf *skel, const struct settings *settings, struct process *process,
			  struct module *module)
{
	struct site sites[MAX_MODULE_SITES];
	unsigned nr = find_sites(module, sites);

	if (!nr)
		return;
	qsort(sites, nr, sizeof(sites[0]), by_function);
	publish_ranges(skel, module, sites, nr);
	attach_sites(skel, settings, process, module, sites, nr);
	describe_allocator(process, module, sites, nr);
	if (process->announced)
		event_warning("pid %d (%s): now also traces malloc of %s, which it has just mapped", process->pid,
			      process->name, module->path);
}

void attach_allocators(struct heap_bpf *skel, const struct settings *settings, struct process *process)
{
	for (; process->nr_searched < process->nr_mappings; process->nr_searched++) {
		unsigned module = process->mappings[process->nr_searched].module, i = 0;

		while (process->mappings[i].module != module)
			i++;
		if (i == process->nr_searched)
			attach_module(skel, settings, process, &modules[module]);
	}
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
