// SPDX-License-Identifier: MIT
/* What works here: tries it, and says so in one JSON line a check. */
#define _GNU_SOURCE
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "recorder.h"
#include "heap.skel.h"

static bool print_check(const char *check, bool ok, const char *detail, const char *advice)
{
	printf("{\"check\":");
	json_string(stdout, check);
	printf(",\"ok\":%s,\"detail\":", ok ? "true" : "false");
	json_string(stdout, detail);
	if (!ok && advice) {
		printf(",\"advice\":");
		json_string(stdout, advice);
	}
	puts("}");
	fflush(stdout);
	return ok;
}

/* Calls that the compiler may neither drop nor merge. */
static void allocate_a_little(void)
{
	for (int i = 0; i < 10; i++) {
		void *volatile block = malloc(100 + i);

		free(block);
	}
}

static void check_process(struct heap_bpf *skel, const struct settings *settings, struct process *process)
{
	char *detail;

	use_mappings(skel, settings, process);
	detail = process->allocators ?
			 formatted("pid %d (%s): malloc of %s", process->pid, process->name, process->allocator_files) :
			 formatted("pid %d (%s): no mapped file defines malloc and free", process->pid, process->name);
	print_check("allocator", process->allocators != NULL, detail,
		    "it cannot be traced: memstacks needs an allocator whose malloc and free are visible symbols");
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
	print_check("probes", calls == 10 && freed == 10, detail, "report this as a bug, with the kernel's version");
	free(detail);
}

int doctor(const struct settings *settings)
{
	struct heap_bpf *skel;

	print_check("BTF", kernel_has_btf(), "/sys/kernel/btf/vmlinux",
		    "use a kernel with CONFIG_DEBUG_INFO_BTF=y, as distribution kernels from 5.15 are");
	print_check("uprobes", kernel_has_uprobes(),
		    "/sys/bus/event_source/devices/uprobe", "use a kernel with CONFIG_UPROBE_EVENTS=y");
	read_mappings(add_process(getpid()));
	for (unsigned i = 0; i < settings->nr_pids; i++)
		read_mappings(add_process(settings->pids[i]));
	skel = load_programs(settings); /* ends here with its own line where it fails */
	print_check("BPF programs", true, "accepted by the kernel", NULL);
	print_check("new mappings", mapwatch_open(), "libraries loaded while tracing", "allow perf_event_open");
	check_probes(skel, settings);
	detach_all();
	for (unsigned i = 1; i < nr_processes; i++)
		check_process(skel, settings, &processes[i]);
	detach_all();
	return 0;
}
