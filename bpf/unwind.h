/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Unwind tables as the BPF programs walk them. User space boils .eh_frame down to rows: from `pc` on,
 * `rule` tells where the caller's registers are. The same few hundred rules serve every file.
 */
#ifndef MEMSTACKS_UNWIND_H
#define MEMSTACKS_UNWIND_H

#include <linux/types.h>

#define MAX_SEGMENTS 2048 /* a power of two */
#define MAX_RULES 65536
#define RULE_NONE 0 /* no information on this place, in a file that has some: the walk ends */
#define CACHE_SLOTS 65536 /* a power of two */

/* How to find the canonical frame address: the stack pointer before the call. */
enum cfa_kind {
	CFA_NONE,
	CFA_SP, /* sp + cfa_offset */
	CFA_FP, /* fp + cfa_offset */
	CFA_DEREF_SP, /* *(sp + cfa_offset) + cfa_addend: hand-written assembly */
	CFA_DEREF_FP, /* *(fp + cfa_offset) + cfa_addend: functions that realign the stack */
	CFA_PLT, /* sp + 8, and 8 more from byte cfa_offset of the 16-byte entry on */
	CFA_REGISTER, /* reg + cfa_offset; known where the frame was interrupted, and SAVED_KEPT where it made a call, too */
	CFA_SIGNAL, /* sp points to a signal frame: every register is in it */
	CFA_FRAME_RECORD, /* no information; a frame pointer is worth a try */
	CFA_END, /* outermost frame: it has no return address */
	CFA_UNSUPPORTED,
};

/* Where the caller's frame pointer is. */
enum fp_kind {
	FP_SAME, /* still in its register */
	FP_AT_CFA, /* *(cfa + fp_offset) */
	FP_AT_FP, /* *(fp + fp_offset) */
	FP_LOST,
};

/* Where the return address is. */
enum ra_kind {
	RA_AT_CFA, /* *(cfa + ra_offset) */
	RA_REGISTER, /* in reg, likewise */
	RA_AT_FP, /* *(fp + ra_offset) */
};

/*
 * Where the caller's SAVED_KEPT is, in kept_offset: *(cfa + kept_offset), or one of these, at neither of which a call can
 * have left anything.
 */
#define KEPT_SAME 0 /* still in its register */
#define KEPT_LOST (-1)

struct unwind_rule {
	__s32 cfa_offset;
	__s16 cfa_addend, fp_offset, ra_offset;
	__u8 cfa_kind, fp_kind, ra_kind;
	__u8 reg; /* place in the registers that a signal saves, see machine.h */
	__s16 kept_offset;
};

struct unwind_row {
	__u32 pc; /* relative to the module's lowest linked address */
	__u32 rule; /* index */
};

/* One executable mapping of a process. */
struct segment {
	__u64 start, end;
	__u32 base; /* what to add to pc - start to get a row's pc */
	__u32 first_row;
	__u32 nr_rows;
	__u32 unused;
};

/* All of a process, ascending. There are two of each process: one is read while the other is made. */
struct address_space {
	__u32 nr;
	__u32 unused;
	struct segment segment[MAX_SEGMENTS];
};

/* Why a walk ended. */
enum walk_end {
	WALK_COMPLETE, /* at the start of the thread or process */
	WALK_CUT, /* max_frames */
	WALK_NO_MAPPING, /* the address lies in no known code */
	WALK_NO_UNWIND_INFO, /* and no plausible frame pointer either */
	WALK_UNSUPPORTED, /* a rule that the tables cannot express */
	WALK_UNREADABLE, /* the stack could not be read */
	WALK_NO_USER_STACK, /* there is none: a worker thread of the kernel */
	NR_WALK_ENDS,
};

_Static_assert(sizeof(struct unwind_rule) == 16, "shared with BPF");
_Static_assert(sizeof(struct unwind_row) == 8, "shared with BPF");
_Static_assert(sizeof(struct segment) == 32, "shared with BPF");

#endif
