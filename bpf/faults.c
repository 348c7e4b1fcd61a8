// SPDX-License-Identifier: MIT
/*
 * Who tells of page faults: the tracepoints exceptions:page_fault_user and page_fault_kernel, which x86 has, or a software
 * perf event on every CPU, which every machine has, but which does not tell a first touch from a later one.
 */
#define _GNU_SOURCE
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "resident.h"
#include "heap.skel.h"

static enum fault_source source;
static bool moves_followed, folios_followed;
static struct bpf_link **links;
static unsigned nr_links;

const char *const fault_source_names[] = { [FAULTS_BY_TRACEPOINT] = "exceptions", [FAULTS_BY_EVENT] = "perf" };

const char *fault_source(void)
{
	return fault_source_names[source];
}

#ifdef __x86_64__
static const bool knows_error_code = true;
#else
static const bool knows_error_code = false;
#endif

/* By the type that the kernel has for each of its tracepoints. What they tell means something else on other machines. */
static bool kernel_has_tracepoints(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	bool has = btf && btf__find_by_name_kind(btf, "btf_trace_page_fault_user", BTF_KIND_TYPEDEF) > 0;

	btf__free(btf);
	return has && knows_error_code;
}

static uint32_t page_bits(void)
{
	return __builtin_ctzl(sysconf(_SC_PAGESIZE));
}

static void load_for(struct heap_bpf *skel, bool tracepoints, bool events)
{
	bpf_program__set_autoload(skel->progs.on_user_fault, tracepoints);
	bpf_program__set_autoload(skel->progs.on_kernel_fault, tracepoints);
	bpf_program__set_autoload(skel->progs.on_fault_event, events);
}

/* bpf_loop, since Linux 5.17. */
static bool kernel_has_loops(void)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_TRACEPOINT, BPF_FUNC_loop, NULL) == 1;
}

#define NR_MOVE_PROGRAMS 7

/* Returns are watched before calls, or they would be missed. */
static void list_move_programs(struct heap_bpf *skel, struct bpf_program *programs[NR_MOVE_PROGRAMS])
{
	unsigned nr = 0;

	programs[nr++] = skel->progs.on_exit_mremap;
	programs[nr++] = skel->progs.on_exit_madvise;
	programs[nr++] = skel->progs.on_exit_mmap;
	programs[nr++] = skel->progs.on_enter_mremap;
	programs[nr++] = skel->progs.on_enter_madvise;
	programs[nr++] = skel->progs.on_enter_mmap;
	programs[nr++] = skel->progs.on_enter_munmap;
}

static void load_moves(struct heap_bpf *skel, bool load)
{
	struct bpf_program *programs[NR_MOVE_PROGRAMS];

	list_move_programs(skel, programs);
	for (unsigned i = 0; i < NR_MOVE_PROGRAMS; i++)
		bpf_program__set_autoload(programs[i], load);
}

/* Whether a file below /sys/kernel/mm/transparent_hugepage has another choice than never. */
static bool is_allowed(const char *name)
{
	char *path = formatted("/sys/kernel/mm/transparent_hugepage/%s", name), text[100] = "";
	FILE *file = fopen(path, "re");

	free(path);
	if (!file)
		return false;
	if (!fgets(text, sizeof(text), file))
		text[0] = 0;
	fclose(file);
	return *text && !strstr(text, "[never]");
}

/* By a program itself too, with madvise(MADV_HUGEPAGE), unless they are never to be. */
static bool kernel_makes_large_folios(void)
{
	struct dirent *entry;
	bool found = is_allowed("enabled");
	DIR *sizes = opendir("/sys/kernel/mm/transparent_hugepage"); /* since Linux 6.8 with a folder for each */

	while (sizes && !found && (entry = readdir(sizes))) {
		char *name = formatted("%s/enabled", entry->d_name);

		found = is_allowed(name);
		free(name);
	}
	if (sizes)
		closedir(sizes);
	return found;
}

void choose_fault_source(struct heap_bpf *skel, const struct settings *settings)
{
	const uint64_t nr_groups = (settings->max_pages + GROUP_PAGES - 1) / GROUP_PAGES;

	source = settings->fault_source;
	if (source == FAULTS_BY_ANY)
		source = settings->faults && kernel_has_tracepoints() ? FAULTS_BY_TRACEPOINT : FAULTS_BY_EVENT;
	moves_followed = settings->faults && !settings->no_moves && kernel_has_loops();
	load_moves(skel, settings->programs || moves_followed);
	load_for(skel, settings->programs || (settings->faults && source == FAULTS_BY_TRACEPOINT),
		 settings->programs || (settings->faults && source == FAULTS_BY_EVENT));
	folios_followed = settings->faults && kernel_has_loops() && kernel_makes_large_folios();
	skel->rodata->has_large_folios = settings->programs || folios_followed;
	bpf_program__set_autoload(skel->progs.on_page_alloc, settings->programs || folios_followed);
	skel->rodata->end_of_numbers = END_OF_NUMBERS(settings->max_stacks);
	bpf_map__set_max_entries(skel->maps.stack_faults, settings->faults ? END_OF_NUMBERS(settings->max_stacks) : 1);
	bpf_map__set_max_entries(skel->maps.page_groups, settings->faults && nr_groups ? nr_groups : 1);
	skel->rodata->page_bits = page_bits();
}

static void keep_link(struct bpf_link *link)
{
	if (!link)
		die(1, "cannot watch page faults: %s; %s", strerror(errno), advice_for(errno));
	links = grow(links, nr_links, sizeof(link));
	links[nr_links++] = link;
}

/* False where there is no such CPU, or it is off. */
static bool attach_event(struct bpf_program *program, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_PAGE_FAULTS, .sample_period = 1,
		.sample_type = PERF_SAMPLE_ADDR, /* or the event has no address */
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return false;
	keep_link(bpf_program__attach_perf_event(program, fd));
	return true;
}

static void attach_events(struct bpf_program *program)
{
	long nr_cpus = sysconf(_SC_NPROCESSORS_CONF);

	for (long cpu = 0; cpu < nr_cpus; cpu++)
		if (!attach_event(program, cpu) && errno != ENODEV)
			keep_link(NULL);
}

/* They come with tracefs. */
static void attach_moves(struct heap_bpf *skel)
{
	struct bpf_program *programs[NR_MOVE_PROGRAMS];

	list_move_programs(skel, programs);
	for (unsigned i = 0; moves_followed && i < NR_MOVE_PROGRAMS; i++) {
		struct bpf_link *link = bpf_program__attach(programs[i]);

		moves_followed = link != NULL;
		if (link)
			keep_link(link);
	}
}

void attach_faults(struct heap_bpf *skel, const struct settings *settings)
{
	attach_moves(skel);
	if (folios_followed)
		keep_link(bpf_program__attach(skel->progs.on_page_alloc));
	if (!moves_followed && !settings->no_moves)
		event_warning("cannot follow mremap here (it takes Linux 5.17, CONFIG_FTRACE_SYSCALLS and tracefs): pages that it "
			      "moves have no stack");
	if (source == FAULTS_BY_EVENT) {
		attach_events(skel->progs.on_fault_event);
		return;
	}
	keep_link(bpf_program__attach(skel->progs.on_user_fault));
	keep_link(bpf_program__attach(skel->progs.on_kernel_fault));
}

bool follows_moves(void)
{
	return moves_followed;
}

void detach_faults(void)
{
	while (nr_links)
		bpf_link__destroy(links[--nr_links]);
}
