/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Where a walk is, and what it knows there. */
#ifndef MEMSTACKS_WALK_STATE_BPF_H
#define MEMSTACKS_WALK_STATE_BPF_H

#include "kernel.h"
#include "machine.h"
#include "window.bpf.h"

/* Registers of the frame that the walk has reached. */
struct registers {
	__u64 pc, sp, fp;
	__u32 returns; /* pc is a return address */
	__u32 by_fp; /* the last step went by frame pointer */
};

/* Scratch for a walk; see struct thread for why it belongs to the task. */
struct walk {
	struct registers at;
	__u64 process; /* whose tables it goes by */
	__u64 space; /* see space_of() */
	__u64 trampoline; /* of pending return probes; 0: none is */
	__u64 hash; /* of the stack so far */
	int end; /* an enum walk_end */
	__u64 saved[NR_SAVED]; /* all registers of the frame, unless pc is a return address */
	struct registers first; /* where the walk began, or left a signal frame last */
	__u64 first_kept; /* SAVED_KEPT there */
	__u64 kept; /* SAVED_KEPT of the frame; 0: not known, see find_kept() */
	struct window window;
};

/* From where find_kept() goes. */
static __always_inline void begin_at(struct walk *walk, struct registers *at, __u64 kept)
{
	walk->first = *at;
	walk->first_kept = kept;
}

#endif
