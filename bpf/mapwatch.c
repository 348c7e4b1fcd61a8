// SPDX-License-Identifier: MIT
/*
 * Code that is mapped while we trace, as it happens: a library that dlopen brings in shortly before
 * the end must have names too. One software event per CPU reports every PROT_EXEC mmap and
 * every exec; perf_event_open(2), PERF_RECORD_MMAP2 and PERF_RECORD_COMM.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include "follow.h"

static const size_t data_pages = 32;

static struct perf_event_mmap_page **rings;
static unsigned nr_rings;
static int epoll = -1;

/* Behind every record, because of sample_id_all. */
struct trailer {
	uint32_t pid, tid;
	uint64_t time;
};

struct mmap2_record {
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t address, length, offset;
	uint32_t major, minor;
	uint64_t ino, ino_generation;
	uint32_t protection, flags;
	char path[];
};

struct comm_record {
	struct perf_event_header header;
	uint32_t pid, tid;
};

static struct perf_event_mmap_page *open_ring(int cpu, bool forks)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .config = PERF_COUNT_SW_DUMMY,
		.watermark = 1, .wakeup_watermark = 1, .sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME,
		.mmap = 1, .mmap2 = 1, .comm = 1, .comm_exec = 1, .sample_id_all = 1, .exclude_kernel = 1,
		.task = forks,
		.use_clockid = 1, .clockid = CLOCK_MONOTONIC, /* as layouts are dated */
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	struct epoll_event readable = { .events = EPOLLIN };
	void *ring;

	if (fd < 0)
		return NULL;
	ring = mmap(NULL, (1 + data_pages) * sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &readable)) {
		close(fd);
		return NULL;
	}
	return ring;
}

bool mapwatch_open(bool forks)
{
	long nr_cpus = sysconf(_SC_NPROCESSORS_CONF);

	epoll = epoll_create1(EPOLL_CLOEXEC);
	for (long cpu = 0; cpu < nr_cpus; cpu++) {
		struct perf_event_mmap_page *ring = open_ring(cpu, forks);

		if (!ring)
			continue; /* offline, or not allowed */
		rings = grow(rings, nr_rings, sizeof(ring));
		rings[nr_rings++] = ring;
	}
	return nr_rings > 0;
}

int mapwatch_fd(void)
{
	return epoll;
}

static uint64_t time_of(const struct perf_event_header *record)
{
	struct trailer trailer;

	memcpy(&trailer, (const char *)record + record->size - sizeof(trailer), sizeof(trailer));
	return trailer.time;
}

/* The latest with this pid: it may have been another one's before. */
static struct process *process_of(uint32_t pid)
{
	if (has_new_children())
		adopt_children();
	for (unsigned i = nr_processes; i-- > 0;)
		if (processes[i].pid == (pid_t)pid)
			return &processes[i];
	return NULL;
}

static void handle_mmap(const struct mmap2_record *record)
{
	struct process *process = process_of(record->pid);
	struct mapping mapping = { record->address, record->address + record->length, record->offset, 0, 0, 0 };

	if (!process)
		return;
	mapping.image = process->image;
	mapping.layout = layout_at(process, time_of(&record->header));
	if (record->ino)
		living_thread(process); /* to open the file by */
	mapping.module = mapped_module(process, &mapping, makedev(record->major, record->minor), record->ino,
				       record->path);
	add_mapping(process, &mapping);
}

static void handle_comm(const struct comm_record *record)
{
	struct process *process = process_of(record->pid);

	if (process && (record->header.misc & PERF_RECORD_MISC_COMM_EXEC)) {
		process->image++;
		note_exec(process);
		note_executable(process);
		find_jit_map(process);
		read_mappings(process); /* should a report of its new mappings be lost */
	}
}

static void handle(const struct perf_event_header *record)
{
	if (record->type == PERF_RECORD_MMAP2)
		handle_mmap((const struct mmap2_record *)record);
	else if (record->type == PERF_RECORD_COMM)
		handle_comm((const struct comm_record *)record);
	else if (record->type == PERF_RECORD_LOST)
		for (unsigned i = 0; i < nr_processes; i++)
			read_mappings(&processes[i]);
}

/* A copy of the record at `tail`, which may wrap around the end of the ring. */
static struct perf_event_header *copy_record(struct perf_event_mmap_page *ring, uint64_t tail)
{
	size_t size = data_pages * sysconf(_SC_PAGESIZE), at = tail & (size - 1), first = size - at;
	const char *data = (const char *)ring + sysconf(_SC_PAGESIZE);
	uint16_t length = ((const struct perf_event_header *)(data + at))->size;
	char *copy = allocate(length);

	if (first > length)
		first = length;
	memcpy(copy, data + at, first);
	memcpy(copy + first, data, length - first);
	return (struct perf_event_header *)copy;
}

static int by_time(const void *a, const void *b)
{
	uint64_t left = time_of(*(struct perf_event_header *const *)a),
		 right = time_of(*(struct perf_event_header *const *)b);

	return (left > right) - (left < right);
}

/* An exec and the mappings after it may have been reported by different CPUs: time puts them in order. */
void mapwatch_drain(void)
{
	struct perf_event_header **records = NULL;
	unsigned first = nr_processes;
	size_t nr = 0;

	adopt_children();
	for (unsigned i = 0; i < nr_rings; i++) {
		uint64_t head = __atomic_load_n(&rings[i]->data_head, __ATOMIC_ACQUIRE), tail = rings[i]->data_tail;

		while (tail < head) {
			records = grow(records, nr, sizeof(*records));
			records[nr] = copy_record(rings[i], tail);
			tail += records[nr++]->size;
		}
		__atomic_store_n(&rings[i]->data_tail, tail, __ATOMIC_RELEASE);
	}
	if (nr)
		qsort(records, nr, sizeof(*records), by_time);
	for (size_t i = 0; i < nr; i++) {
		handle(records[i]);
		free(records[i]);
	}
	free(records);
	complete_children(first);
}
