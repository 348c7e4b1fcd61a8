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
#include "heap.h"

struct bpf_program;
struct heap_bpf;
struct unwind_row;
struct unwind_rule;
struct elf_file;
struct process;

/* --- options.c --- */
enum unwind { UNWIND_AUTO, UNWIND_DWARF, UNWIND_FP };
extern const char *const unwind_names[];

struct settings {
	pid_t pids[MAX_PROCESSES];
	unsigned nr_pids;
	char **command; /* NULL, or what follows -- */
	bool alloc_only, entry_only, kill_command, floor, doctor, programs;
	double duration; /* seconds; 0: until a signal */
	uint64_t min_size, max_size;
	uint64_t older_ms;
	uint32_t max_stacks, max_live, max_frames;
	enum unwind unwind;
	struct naming naming;
	int capture_fd, event_fd;
};
void parse_options(int argc, char **argv, struct settings *settings);

/* --- events.c: progress and errors, for a program or for a person --- */
struct progress {
	uint64_t elapsed_ms;
	struct weight allocated, freed;
	uint64_t lost_calls;
};
void events_open(int fd);
void event_tracing(const char *text);
void event_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* False when nobody listens any more. */
bool event_status(const struct progress *progress);
/* Reports the error and ends the helper with the exit code. */
_Noreturn void die(int exit_code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The advice that belongs to a refused bpf() or perf_event_open(). */
const char *advice_for(int error);

/* --- memory.c --- */
void *allocate(size_t size); /* zeroed */
void *grow(void *array, size_t nr, size_t size);
char *duplicate(const char *text);
char *formatted(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* --- json.c --- */
void json_string(FILE *out, const char *text);

/* --- modules.c: files (and other things) that code is mapped from --- */
struct module {
	dev_t dev;
	ino_t ino;
	char *path; /* as the target sees it; in brackets when it is no file */
	int fd; /* -1 when it could not be opened */
	struct elf_file *elf; /* see module_elf */
	bool elf_searched;
	struct symbols *symbols; /* NULL until asked for */
	struct unwind_table *unwind_table; /* likewise */
};
extern struct module *modules;
extern unsigned nr_modules;
/* Index of the module, opened through `open_paths` (NULL-ended, tried in order) when it is new. */
unsigned intern_module(dev_t dev, ino_t ino, const char *path, const char *const open_paths[]);
/* Opened when first asked for; NULL when it is no readable ELF file. */
struct elf_file *module_elf(struct module *module);
/* Its separate debug file, or NULL. */
struct elf_file *module_debug_elf(struct module *module);

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
};

struct process {
	pid_t pid;
	int pidfd;
	char *name;
	char *command; /* words ended by NUL */
	size_t command_length;
	struct mapping *mappings; /* executable ones, oldest first */
	unsigned nr_mappings;
	unsigned nr_searched; /* of the mappings: looked at for allocators */
	unsigned image;
	bool has_new_files, has_new_mappings; /* since its address space was published */
	bool announced; /* the trace has begun */
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
/* Adds what /proc/PID/maps has. */
void read_mappings(struct process *process);
/* Adds a mapping, unless it is known already. */
void add_mapping(struct process *process, const struct mapping *mapping);
/* The module of a mapping, opened by its address, by the target's path, or by ours should the target be gone. */
unsigned mapped_module(const struct process *process, const struct mapping *mapping, dev_t dev, ino_t ino,
		       const char *path);
const struct mapping *find_mapping(const struct process *process, unsigned image, uint64_t address);

/* --- mapwatch.c: mappings that appear while tracing --- */
bool mapwatch_open(void);
/* A file descriptor that is readable when there is something to drain; -1 without. */
int mapwatch_fd(void);
/* Adds what was mapped since the last call to its processes. */
void mapwatch_drain(void);

/* --- elf.c --- */
struct elf_function {
	uint64_t address; /* as linked */
	uint64_t size; /* 0 where the file does not say */
	const char *name;
	bool global;
	bool complete_table; /* from .symtab, which leaves out nothing */
};
/* Calls `each` for every function that the file defines. Names live as long as the ELF handle. */
typedef void (*elf_function_fn)(const struct elf_function *function, void *context);
struct elf_file *elf_file_open(int fd);
/* Of a file in memory, which must stay. */
struct elf_file *elf_memory_open(char *image, size_t size);
void elf_file_functions(struct elf_file *file, elf_function_fn each, void *context);
bool elf_offset_to_address(struct elf_file *file, uint64_t offset, uint64_t *address);
bool elf_address_to_offset(struct elf_file *file, uint64_t address, uint64_t *offset);
char *elf_build_id(struct elf_file *file);
struct elf_section {
	const uint8_t *content; /* lives as long as the ELF handle */
	size_t size;
	uint64_t address; /* as linked */
};
/* Linked address of what a mapping of code at a page-aligned file offset starts with. */
bool elf_mapping_address(struct elf_file *file, uint64_t offset, uint64_t *address);
bool elf_section(struct elf_file *file, const char *name, struct elf_section *found);

/* --- unwind_rows.c: call frame information of a module as rows --- */
struct unwind_table {
	uint64_t base; /* lowest address with a row, as linked */
	uint32_t first_row, nr_rows; /* where the rows lie among those of all modules; 0 rows: no information */
	bool from_eh_frame, from_debug_frame;
	struct elf_section section; /* .eh_frame, as a file with the same one has the same rows */
};
/* Makes the module's table when it is asked for first. */
const struct unwind_table *unwind_table_of(struct module *module);
const struct unwind_row *all_unwind_rows(uint32_t *nr);
const struct unwind_rule *all_unwind_rules(uint32_t *nr);

/* --- vdso.c --- */
/* The code that the kernel maps into every process; NULL where it has none. */
struct elf_file *vdso_elf(void);

/* --- probe_point.c --- */
/* Distance from the start of `code` to the first instruction that the kernel need not single-step. */
unsigned emulated_distance(const uint8_t *code, size_t length);

/* --- uprobe_multi.c --- */
#define UPROBE_MULTI_ATTACH_TYPE 48 /* BPF_TRACE_UPROBE_MULTI */
struct uprobe_multi {
	int prog_fd;
	const char *path;
	const uint64_t *offsets, *cookies;
	uint32_t nr;
	bool returns;
	pid_t pid;
};
bool uprobe_multi_works(void);
/* File descriptor of the link, or -1 and errno. */
int uprobe_multi_attach(const struct uprobe_multi *probes);

/* --- attach.c --- */
/* Before loading: chooses how the programs will be attached. */
void choose_attachment(struct heap_bpf *skel);
/* Attaches to the allocators among mappings not looked at before. */
void attach_allocators(struct heap_bpf *skel, const struct settings *settings, struct process *process);
/* On one function of our own file, in a process that runs it. */
bool attach_return_probe(struct bpf_program *program, pid_t pid, uint64_t offset);
void detach_all(void);

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

/* --- symbols.c --- */
struct symbols;
/* Name of the function at a file offset, or NULL; the text is demangled and lives on. */
const char *symbol_at(struct module *module, uint64_t offset);

/* --- demangle.c --- */
/* A new string: the demangled name, or a copy where there is nothing to demangle. */
char *demangled(const char *name);

/* --- ledger.c: what the kernel added up --- */
struct ledger {
	char *stacks; /* see stack_at */
	size_t stack_size; /* bytes */
	uint64_t *ids; /* parallel to stacks, ascending */
	struct weight *younger; /* parallel to stacks: live blocks younger than --older */
	unsigned nr_stacks;
	struct weight counters[NR_COUNTERS];
	uint64_t missed_probes;
	uint32_t execs[MAX_PROCESSES], forks[MAX_PROCESSES];
};
struct weight read_counter(struct heap_bpf *skel, enum counter which);
void read_counters(struct heap_bpf *skel, struct weight counters[NR_COUNTERS]);
/* Calls that have been entered and have not come to any end. */
uint64_t unfinished_calls(const struct weight counters[NR_COUNTERS]);
uint64_t lost_calls(struct heap_bpf *skel);
const struct stack *stack_at(const struct ledger *ledger, unsigned index);
void read_ledger(struct heap_bpf *skel, const struct settings *settings, uint64_t end_ns,
		 struct ledger *ledger);

/* --- frames.c: code addresses -> numbered frames --- */
struct frame {
	unsigned number;
	int module; /* -1: none */
	const char *name, *label; /* or NULL */
	uint64_t offset, address;
};
/* The frame of one of a stack's addresses. NULL: it is no code, so the walk went astray before it. */
const struct frame *frame_at(const struct stack *stack, unsigned index);
const struct frame *label_frame(const char *label);
/* All frames so far, by number. */
const struct frame *const *all_frames(unsigned *nr);

/* --- capture.c --- */
enum stop_reason { STOP_DURATION, STOP_INTERRUPTED, STOP_EXITED };
struct run {
	const struct settings *settings;
	double start, end; /* seconds since the epoch */
	uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC */
	enum stop_reason stop;
};
/* False when the capture could not be written whole; errno says why. */
bool write_capture(int fd, const struct run *run, const struct ledger *ledger);

/* --- programs.c --- */
int print_programs(const struct settings *settings);

/* --- doctor.c --- */
int doctor(const struct settings *settings);

#endif
