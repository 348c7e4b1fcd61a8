/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Loading the programs and running a trace; used by main.c and doctor.c. */
#ifndef MEMSTACKS_RECORDER_H
#define MEMSTACKS_RECORDER_H

#include "collector.h"

/* Goes without return probes, or ends the helper, where they would kill one of the processes. */
void spare_confined_processes(struct heap_bpf *skel, struct settings *settings);
void start_recording(struct heap_bpf *skel, struct run *run);
/* Until the duration, a signal, too high a rate, or the end of every process. */
void keep_recording(struct heap_bpf *skel, struct run *run);
/* Lets calls in progress finish, then detaches. */
void stop_recording(struct heap_bpf *skel, struct run *run);

/* --- loading.c --- */
bool kernel_has_btf(void);
bool kernel_has_uprobes(void);
/* The programs with their settings, not loaded yet. */
struct heap_bpf *open_programs(const struct settings *settings);
/* Ends the helper with one line where the kernel lacks something. */
struct heap_bpf *load_programs(const struct settings *settings);
/* Tells the programs which processes are traced, as far as their pids say it. */
void name_processes(struct heap_bpf *skel);
/* After that, and before anything is recorded. */
void agree_on_images(struct heap_bpf *skel);

/* --- new_code.c --- */
/* Unwind tables and probes for what the process has newly mapped. */
void use_mappings(struct heap_bpf *skel, const struct settings *settings, struct process *process);
/* The same for every process that has mapped something. */
void use_new_mappings(struct heap_bpf *skel, const struct settings *settings);
/* When mappings were reported: waits for those that come along with them, and uses them. */
void follow_mappings(struct heap_bpf *skel, const struct settings *settings);
/* Rows for what compilers at run time have made since. Returns when to look again, CLOCK_MONOTONIC. */
uint64_t follow_code_caches(struct heap_bpf *skel);

/* --- progress.c --- */
/* When the duration is over, CLOCK_MONOTONIC; UINT64_MAX without one. */
uint64_t recording_end(const struct run *run);
/* False when nobody listens any more. */
bool report_progress(struct heap_bpf *skel, const struct run *run);

/* --- rate.c --- */
/* Asked now and then: whether the targets have lately called their allocators more often than --max-rate. Says so. */
bool calls_too_fast(struct heap_bpf *skel, const struct settings *settings);

#endif
