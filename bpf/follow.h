/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* --follow-forks: the children of the targets. Without it all of this does nothing. */
#ifndef MEMSTACKS_FOLLOW_H
#define MEMSTACKS_FOLLOW_H

#include "collector.h"

bool in_first_pid_namespace(void);
/* Ends the helper where processes cannot be told by their numbers, and have to be. */
void require_numbers(const struct settings *settings);
/* After loading, before anything is attached. */
void follow_children(struct heap_bpf *skel, const struct settings *settings);
/* Whether the programs know children that are not among the processes yet. */
bool has_new_children(void);
/* Adds them. What their parents had mapped is copied as far as it has been reported. */
void adopt_children(void);
/* Copies what has been reported since to those from `first` on. */
void complete_children(unsigned first);
/* The process has just become another program. */
void note_exec(struct process *process);
/* Those that have ended since the trace did: with COMMAND, mostly. */
void note_ends_of_children(void);
/* At the end: their names, and the command lines of those that still run. */
void describe_children(void);

#endif
