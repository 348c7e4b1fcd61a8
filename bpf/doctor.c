// SPDX-License-Identifier: MIT
/* What works here: tries it, and says so in one JSON line a check. */
#define _GNU_SOURCE
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "code_cache.h"
#include "ranges.h"
#include "recorder.h"
#include "resident.h"
#include "heap.skel.h"

enum verdict { OK, NOTE, NOT_OK };

/* A note is no obstacle: it is fine, and has an advice all the same. */
static void print_check(enum verdict verdict, const char *check, const char *detail, const char *advice)
{
	printf("{\"check\":");
	json_string(stdout, check);
	printf(",\"ok\":%s,\"detail\":", verdict == NOT_OK ? "false" : "true");
	json_string(stdout, detail);
	if (verdict != OK && advice) {
		printf(",\"advice\":");
		json_string(stdout, advice);
	}
	puts("}");
	fflush(stdout);
}

static enum verdict verdict_of(bool ok)
{
	return ok ? OK : NOT_OK;
}

/* Calls that the compiler may neither drop nor merge. */
static void allocate_a_little(void)
{
	for (int i = 0; i < 10; i++) {
		void *volatile block = malloc(100 + i);

		free(block);
	}
}

/* Adds a module's path to a list, once. */
static void list_module(char **list, const struct module *module)
{
	char *longer;

	if (*list && strstr(*list, module->path))
		return;
	longer = formatted("%s%s%s", *list ? *list : "", *list ? ", " : "", module->path);
	free(*list);
	*list = longer;
}

static bool is_kernels(const struct module *module)
{
	return strcmp(module->path, "[vsyscall]") == 0 || strcmp(module->path, "[uprobes]") == 0;
}

/* How far stacks will go: through code without unwind information only where it keeps frame pointers. */
static void check_unwinding(const struct process *process)
{
	char *without = NULL, *detail;
	unsigned nr = 0;

	for (unsigned i = 0; i < process->nr_mappings; i++) {
		struct module *module = &modules[process->mappings[i].module];

		if (unwind_table_of(module)->from_eh_frame || unwind_table_of(module)->from_debug_frame ||
		    is_in_code_cache(process, &process->mappings[i]))
			nr++;
		else if (!is_kernels(module))
			list_module(&without, module);
	}
	detail = formatted("pid %d (%s): unwind tables for %u mappings of code%s%s", process->pid, process->name, nr,
			   without ? "; none for " : "", without ? without : "");
	print_check(without ? NOTE : OK, "unwinding", detail,
		    "stacks go through such code where it keeps frame pointers, as that of V8 does; for a file its debug "
		    "package or --debug-dir may have .debug_frame");
	free(without);
	free(detail);
}

/* Which files have names for their exported functions only, or for none. */
static void check_names(const struct process *process)
{
	char *poor = NULL, *detail;

	for (unsigned i = 0; i < process->nr_mappings; i++) {
		struct module *module = &modules[process->mappings[i].module];
		const char *source = module->ino ? symbol_source(module) : "symtab";

		if (strcmp(source, "dynsym") == 0 || strcmp(source, "none") == 0)
			list_module(&poor, module);
	}
	detail = formatted("pid %d (%s): %s%s", process->pid, process->name,
			   poor ? "only exported functions have names in " : "every function has a name", poor ? poor : "");
	print_check(poor ? NOTE : OK, "names", detail,
		    "their debug packages (-dbgsym, -dbg) or --debug-dir give names to the others; memstacks needs no restart for that");
	free(poor);
	free(detail);
}

static void check_process(struct heap_bpf *skel, const struct settings *settings, struct process *process)
{
	char *detail;

	use_mappings(skel, settings, process);
	detail = process->allocators ?
			 formatted("pid %d (%s): %s", process->pid, process->name, process->allocator_files) :
			 formatted("pid %d (%s): no mapped file defines malloc and free", process->pid, process->name);
	print_check(verdict_of(process->allocators), "allocator", detail,
		    "name its allocator, if it has one, with -O FILE, --symbols-prefix or --alloc-fn");
	free(detail);
}

/* The rest of the checks is wanted all the same. */
static bool is_there(pid_t pid)
{
	unsigned flags;
	char state, *name;
	bool there = read_state(pid, pid, &state, &flags);

	if (there && !(flags & KERNEL_THREAD))
		return true;
	name = formatted("pid %d", pid);
	print_check(NOT_OK, name, there ? "it is a kernel thread, which has no malloc" : "no such process",
		    "look for the process with ps -e");
	free(name);
	return false;
}

static void check_target(struct heap_bpf *skel, const struct settings *settings, struct process *process)
{
	char *detail;

	if (process->nr_mappings) {
		check_process(skel, settings, process);
		check_unwinding(process);
		check_names(process);
		return;
	}
	detail = formatted("pid %d (%s): its memory map cannot be read (/proc/%d/maps)", process->pid, process->name,
			   process->pid);
	print_check(NOT_OK, "mappings", detail, "it belongs to another user or is protected: run as root, outside of a container");
	free(detail);
}

static void check_probes(struct heap_bpf *skel, const struct settings *settings)
{
	struct run run = { .settings = settings, .stop = STOP_INTERRUPTED };
	uint64_t calls, freed;
	char *detail;

	check_process(skel, settings, &processes[0]);
	start_recording(skel, &run);
	allocate_a_little();
	skel->bss->recording = RECORDING_OFF;
	calls = read_counter(skel, COUNT_ALLOCATED).calls;
	freed = read_counter(skel, COUNT_FREED).calls;
	detail = formatted("10 calls of malloc and free in this process: saw %llu and %llu", (unsigned long long)calls,
			   (unsigned long long)freed);
	print_check(verdict_of(calls == 10 && freed == 10), "probes", detail, "report this as a bug, with the kernel's version");
	free(detail);
}

#define TOUCHED 10

/* New pages in this process. */
static void touch_a_little(void)
{
	const size_t size = sysconf(_SC_PAGESIZE);
	volatile char *pages = mmap(NULL, TOUCHED * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return;
	madvise((void *)pages, TOUCHED * size, MADV_NOHUGEPAGE);
	for (unsigned i = 0; i < TOUCHED; i++)
		pages[i * size] = 1;
	munmap((void *)pages, TOUCHED * size);
}

/* Others may come on top: of the code that does it. */
static void check_faults(struct heap_bpf *skel)
{
	uint64_t before = read_fault_counter(skel, FAULTS_USER), seen;
	char *detail;

	skel->bss->recording = RECORDING_ON;
	touch_a_little();
	skel->bss->recording = RECORDING_OFF;
	seen = read_fault_counter(skel, FAULTS_USER) - before;
	detail = formatted("%d pages touched in this process: saw %llu faults (%s)", TOUCHED, (unsigned long long)seen,
			   fault_source());
	print_check(verdict_of(seen >= TOUCHED), "page faults", detail,
		    "report this as a bug, with the kernel's version; allocations can be traced without");
	free(detail);
	print_check(follows_moves() ? OK : NOTE, "moves", follows_moves() ? "mremap, munmap, madvise and MAP_FIXED are followed" : "mremap is not followed",
		    "needs Linux 5.17, CONFIG_FTRACE_SYSCALLS and tracefs; pages that mremap moves have no stack");
}

int doctor(const struct settings *settings)
{
	struct heap_bpf *skel;

	print_check(verdict_of(kernel_has_btf()), "BTF", "/sys/kernel/btf/vmlinux",
		    "use a kernel with CONFIG_DEBUG_INFO_BTF=y, as distribution kernels from 5.15 are");
	print_check(verdict_of(kernel_has_uprobes()), "uprobes",
		    "/sys/bus/event_source/devices/uprobe", "use a kernel with CONFIG_UPROBE_EVENTS=y");
	read_mappings(add_process(getpid()));
	for (unsigned i = 0; i < settings->nr_pids; i++)
		if (is_there(settings->pids[i]))
			read_mappings(add_process(settings->pids[i]));
	skel = load_programs(settings); /* ends here with its own line where it fails */
	print_check(OK, "BPF programs", "accepted by the kernel", NULL);
	print_check(verdict_of(mapwatch_open(false)), "new mappings", "libraries loaded while tracing", "allow perf_event_open");
	print_check(kernel_has_map_events() ? OK : NOTE, "system calls", "mmap, munmap, mremap and brk, for --mmap",
		    "--mmap needs tracefs at /sys/kernel/tracing and a kernel with CONFIG_FTRACE_SYSCALLS");
	print_check(uprobe_session_works() ? OK : NOTE, "sessions", "return probes that a call may go without",
		    "without them (Linux 6.13) --follow-forks puts return probes on processes that are not traced, too");
	name_processes(skel);
	check_probes(skel, settings);
	check_faults(skel);
	detach_all();
	detach_faults();
	for (unsigned i = 1; i < nr_processes; i++)
		check_target(skel, settings, &processes[i]);
	detach_all();
	return 0;
}
