/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the parts of the helper know of each other. Lengths, sizes and addresses are bytes. */
#ifndef MEMSTACKS_COLLECTOR_H
#define MEMSTACKS_COLLECTOR_H

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>
#include "allocator.h"
#include "faults.h"
#include "heap.h"
#include "modules.h"

struct bpf_program;
struct heap_bpf;
struct unwind_row;
struct unwind_rule;
struct elf_file;
struct jit_map;
struct code_cache;
struct mapping_index;
struct process;

/* --- options.c --- */
enum fault_source { FAULTS_BY_ANY, FAULTS_BY_TRACEPOINT, FAULTS_BY_EVENT };
extern const char *const fault_source_names[];
enum unwind { UNWIND_AUTO, UNWIND_DWARF, UNWIND_FP };
extern const char *const unwind_names[];

struct settings {
	pid_t pids[MAX_PROCESSES];
	unsigned nr_pids;
	char **command; /* NULL, or what follows -- */
	bool heap, faults; /* what is traced */
	enum fault_source fault_source;
	bool no_moves; /* do not follow mremap and munmap */
	bool read_pagemap; /* although the kernel has PAGEMAP_SCAN */
	bool alloc_only, entry_only, mmap, follow_forks, skip_gone, kill_command, floor, doctor, programs;
	double duration; /* seconds; 0: until a signal */
	double interval; /* seconds between readings of what is unfreed; 0: none */
	uint64_t min_size, max_size;
	uint32_t sample_calls, sample_bytes; /* one call in so many calls, or bytes; 0: all */
	uint64_t older_ms;
	uint64_t max_rate; /* allocator calls a second; 0: any */
	uint64_t max_pages;
	uint32_t max_stacks, max_live, max_frames;
	enum unwind unwind;
	char **debug_dirs;
	unsigned nr_debug_dirs;
	bool lines, inlines;
	struct naming naming;
	int capture_fd, event_fd;
};
void parse_options(int argc, char **argv, struct settings *settings);

/* --- events.c: progress and errors, for a program or for a person --- */
struct progress {
	uint64_t elapsed_ms;
	struct weight allocated, freed;
	uint64_t lost_calls, faults, pages;
};
void events_open(int fd);
void event_tracing(const char *text);
void event_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Of a process that was there a moment ago. */
void tell_gone(pid_t pid);
/* False when nobody listens any more. */
bool event_status(const struct settings *settings, const struct progress *progress);
/* Reports the error and ends the helper with the exit code. */
_Noreturn void die(int exit_code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The advice that belongs to a refused bpf() or perf_event_open(). */
const char *advice_for(int error);
/* In words; execve(2) says of a script and of its interpreter alike that it is not there. */
const char *why_not_started(const char *command, int error);

/* --- memory.c --- */
void *allocate(size_t size); /* zeroed */
void *grow(void *array, size_t nr, size_t size);
char *duplicate(const char *text);
char *formatted(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Files of the traced processes may fill a gigabyte of our memory in all. False, and a warning, when it is full. */
bool take_room(size_t size);

/* --- json.c --- */
void json_string(FILE *out, const char *text);
/* A member of an object that has others before it: `[bytes,calls]`. */
void write_weight(FILE *out, const char *key, const struct weight *weight);

/* --- unwind_maps.c: what the BPF walk reads --- */
/* Before loading: how many rows the kernel shall have room for. */
void size_unwind_maps(struct heap_bpf *skel, const struct settings *settings);
/* After loading, and whenever a process has mapped code: brings its address space up to date. */
void publish_unwind_tables(struct heap_bpf *skel, struct process *process);

/* --- process.c --- */
struct mapping {
	uint64_t start, end, offset;
	unsigned module;
	unsigned image; /* how often the process had called exec before */
	unsigned layout; /* how often it had unloaded libraries before */
};

struct process {
	pid_t pid;
	pid_t thread; /* one that lived lately, the main one if it did: /proc has what is the process's there */
	pid_t attached_thread; /* whose end would be that of perf event probes; 0: there are none */
	int pidfd; /* -1: a child that had ended when it was noticed */
	const struct process *parent; /* --follow-forks: NULL for those that the user named */
	char *name;
	char *executable; /* that it became, as it sees it; NULL: nobody looked in time */
	char *command; /* words ended by NUL */
	size_t command_length;
	struct mapping *mappings; /* executable ones, oldest first */
	unsigned nr_mappings;
	struct mapping_index *mapping_index; /* see mappings.c; NULL: it has none yet */
	unsigned nr_searched; /* of the mappings: looked at for allocators */
	unsigned nr_described; /* of these, when it had to be done again */
	bool *is_searched; /* the modules that were looked at */
	unsigned nr_is_searched;
	unsigned image, first_image; /* now, and when the trace began */
	bool has_new_files, has_new_mappings; /* since its address space was published */
	struct jit_map *jit_map; /* see find_jit_map */
	struct code_cache *code_cache; /* of a Java virtual machine, see code_cache.h */
	bool announced; /* the trace has begun */
	bool told_replaced; /* that the place of a file's code has been taken by another's */
	bool at_entry; /* COMMAND: its libraries are mapped and initialised */
	bool exited;
	bool reaped; /* for COMMAND: wait_status is set */
	int wait_status;
	char *allocators; /* elements of a JSON array, see bpf/README.md; NULL: none found */
	char *allocator_files; /* the same for a person: malloc of FILE */
};
extern struct process processes[MAX_PROCESSES];
extern unsigned nr_processes;
struct process *add_process(pid_t pid);
void describe_process(struct process *process);
/* After an exec. It may have become yet another program by now: that will be reported, too. */
void note_executable(struct process *process);
/* Adds what /proc/PID/maps has. */
void read_mappings(struct process *process);
/* The module of a mapping, opened by its address, by the target's path, or by ours should the target be gone. */
unsigned mapped_module(const struct process *process, const struct mapping *mapping, dev_t dev, ino_t ino,
		       const char *path);

/* --- mappings.c --- */
/* Adds a mapping, unless it is known already. */
void add_mapping(struct process *process, const struct mapping *mapping);
/* What was mapped when the process had this image and layout, counted as in struct mapping; or NULL. */
struct generation {
	unsigned image, layout;
};
const struct mapping *find_mapping(const struct process *process, struct generation when, uint64_t address);

/* --- threads.c --- */
/* Content of /proc/PID/`name` with a NUL behind it, or NULL. */
char *read_proc(pid_t pid, const char *name, size_t *length);
/* Among the flags: PF_KTHREAD of include/linux/sched.h. */
#define KERNEL_THREAD 0x00200000
/* State letter and flags of the thread, as /proc/PID/stat has them. False: there is no such process. */
bool read_state(pid_t pid, pid_t thread, char *state, unsigned *flags);
/* By SIGSTOP or by a tracer. */
bool is_stopped(const struct process *process);
bool is_alive(pid_t pid, pid_t thread);
/* The oldest, which is the main one if that lives; 0: none does. */
pid_t find_living_thread(pid_t pid);
/* The same thread as long as it lives. When none does, the last one. */
pid_t living_thread(struct process *process);

/* --- mapwatch.c: mappings that appear while tracing --- */
/* With `forks` it also wakes us when a process forks or ends. */
bool mapwatch_open(bool forks);
/* A file descriptor that is readable when there is something to drain; -1 without. */
int mapwatch_fd(void);
/* Adds what was mapped since the last call to its processes. */
void mapwatch_drain(void);

/* --- probe_point.c --- */
/* Distance from the start of `code` to the first instruction that the kernel need not single-step. */
unsigned emulated_distance(const uint8_t *code, size_t length);

/* --- uprobe_multi.c --- */
#define UPROBE_MULTI_ATTACH_TYPE 48 /* BPF_TRACE_UPROBE_MULTI */
#define UPROBE_SESSION_ATTACH_TYPE 57 /* BPF_TRACE_UPROBE_SESSION */
struct uprobe_multi {
	int prog_fd;
	uint32_t attach_type;
	const char *path;
	const uint64_t *offsets, *cookies;
	uint32_t nr;
	bool returns;
	pid_t pid; /* 0: all processes */
};
bool uprobe_multi_works(void);
/* Whether one program can have entries and returns, and choose which calls return to it. */
bool uprobe_session_works(void);
/* File descriptor of the link, or -1 and errno. */
int uprobe_multi_attach(const struct uprobe_multi *probes);

/* --- attach.c --- */
/* Before loading: chooses how the programs will be attached. */
void choose_attachment(struct heap_bpf *skel, const struct settings *settings);
/* The number of times that the process had unloaded libraries by then, CLOCK_MONOTONIC. */
unsigned layout_at(const struct process *process, uint64_t ns);
/* On one function of our own file, in a process that runs it. */
bool attach_return_probe(struct bpf_program *program, pid_t pid, uint64_t offset);
void detach_all(void);

/* --- probes.c --- */
/* Attaches to the allocators among mappings not looked at before. */
void attach_allocators(struct heap_bpf *skel, const struct settings *settings, struct process *process);
/* Perf event probes end with the thread that they were attached by: attaches them by another one. */
void follow_threads(struct heap_bpf *skel, const struct settings *settings);

/* --- launch.c --- */
/* What we have changed for ourselves and COMMAND shall not inherit. */
struct inherited {
	struct rlimit files;
	sigset_t mask;
	void (*sigpipe)(int);
};

struct launch {
	const struct inherited *inherited;
	uint64_t deadline_ns; /* CLOCK_MONOTONIC: goes on without us then */
	/* While COMMAND stands still: each time it has mapped code. */
	void (*mapped)(struct process *process, void *context);
	void *context;
};
/* Starts COMMAND and lets it run up to its entry point: its libraries are mapped and initialised then. */
struct process *launch_command(char **command, const struct launch *launch);
/* The signals that end a trace, and never its result. */
void ending_signals(sigset_t *set);
/* Lets it go on by itself. */
void release_command(struct process *process);

/* --- ledger.c: what the kernel added up --- */
struct ledger {
	char *stacks; /* see stack_at */
	size_t stack_size; /* bytes */
	uint64_t *ids; /* parallel to stacks, ascending */
	struct weight *younger; /* parallel to stacks: live blocks younger than --older */
	unsigned nr_stacks;
	struct weight counters[NR_COUNTERS];
	uint64_t missed_probes;
	uint64_t faults[NR_FAULT_COUNTERS];
	uint64_t lost_map_events, failed_maps;
	uint32_t execs[MAX_PROCESSES], forks[MAX_PROCESSES], unfollowed_forks;
};
struct weight read_counter(struct heap_bpf *skel, enum counter which);
void read_counters(struct heap_bpf *skel, struct weight counters[NR_COUNTERS]);
/* Calls that have been entered and have not come to any end. */
uint64_t unfinished_calls(const struct weight counters[NR_COUNTERS]);
uint64_t lost_calls(struct heap_bpf *skel);
/* From a sum over the calls that chance took to an estimate for all. */
void estimate(struct weight *sum, const struct settings *settings);
const struct stack *stack_at(const struct ledger *ledger, unsigned index);
void read_ledger(struct heap_bpf *skel, const struct settings *settings, uint64_t end_ns,
		 struct ledger *ledger);

/* --- jit_map.c: the perf-PID.map of a process --- */
/* Notes where it would be: when the process is added, and when it is another program. */
void find_jit_map(struct process *process);
/* Opens it if it exists: at the latest when the process has ended. */
void open_jit_map(struct process *process);

/* --- faults.c --- */
/* Who tells of them, as the capture says it. */
const char *fault_source(void);

/* --- capture.c --- */
enum stop_reason { STOP_DURATION, STOP_INTERRUPTED, STOP_EXITED, STOP_RATE };
struct run {
	const struct settings *settings;
	double start, end; /* seconds since the epoch */
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC */
	enum stop_reason stop;
	int signals; /* file descriptor: the signals that end it */
};
/* False when the capture could not be written whole; errno says why. */
bool write_capture(int fd, const struct run *run, const struct ledger *ledger);

/* --- programs.c --- */
int print_programs(const struct settings *settings);

/* --- doctor.c --- */
int doctor(const struct settings *settings);

#endif
