// SPDX-License-Identifier: MIT
/* Hears of mmap, munmap, mremap and brk: tracepoints of system calls, and a ring buffer. */
#define _GNU_SOURCE
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "ranges.h"
#include "heap.skel.h"

static const uint32_t ring_size = 8 << 20; /* bytes: 170,000 events */

static struct ring_buffer *ring; /* NULL: nobody asks */
static struct bpf_link **links;
static unsigned nr_links;

/* Those of the ledger of pages are called on_... */
static bool tells_of_maps(const struct bpf_program *program)
{
	return strncmp(bpf_program__section_name(program), "tracepoint/syscalls/", 20) == 0 &&
	       strncmp(bpf_program__name(program), "on_", 3) != 0;
}

/* Of /proc/meminfo, bytes. */
static uint64_t default_huge_page(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	uint64_t kib = 2048;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Hugepagesize: %" SCNu64, &kib) == 1)
			break;
	if (file)
		fclose(file);
	return kib << 10;
}

void choose_map_events(struct heap_bpf *skel, const struct settings *settings)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, skel->obj)
		if (tells_of_maps(program))
			bpf_program__set_autoload(program, settings->mmap || settings->programs);
	if (!settings->mmap)
		return;
	bpf_map__set_max_entries(skel->maps.map_events, ring_size);
	skel->rodata->enough_map_events = ring_size / 4;
	skel->rodata->huge_page_size = default_huge_page();
}

bool kernel_has_map_events(void)
{
	return access("/sys/kernel/tracing/events/syscalls/sys_enter_mmap/id", R_OK) == 0 ||
	       access("/sys/kernel/debug/tracing/events/syscalls/sys_enter_mmap/id", R_OK) == 0;
}

static int take_event(void *context, void *data, size_t size)
{
	(void)context;
	if (size >= sizeof(struct map_event))
		apply_map_event(data);
	return 0;
}

static void attach(struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach(program);

	if (!link)
		die(1, "--mmap: cannot watch the system calls that map memory (%s): %s; %s", bpf_program__name(program),
		    strerror(errno), advice_for(errno));
	links = grow(links, nr_links, sizeof(link));
	links[nr_links++] = link;
}

void watch_maps(struct heap_bpf *skel)
{
	struct bpf_program *program;

	if (!kernel_has_map_events())
		die(1, "--mmap needs the tracepoints of system calls, which are not there "
		       "(/sys/kernel/tracing/events/syscalls): mount tracefs, or use a kernel with CONFIG_FTRACE_SYSCALLS");
	ring = ring_buffer__new(bpf_map__fd(skel->maps.map_events), take_event, NULL, NULL);
	if (!ring)
		die(1, "cannot map the ring buffer: %s; %s", strerror(errno), advice_for(errno));
	bpf_object__for_each_program(program, skel->obj)
		if (tells_of_maps(program))
			attach(program);
}

int map_events_fd(void)
{
	return ring ? ring_buffer__epoll_fd(ring) : -1;
}

void drain_map_events(void)
{
	if (ring)
		ring_buffer__consume(ring);
}

void unwatch_maps(void)
{
	while (nr_links)
		bpf_link__destroy(links[--nr_links]);
	drain_map_events();
	finish_map_events();
}
