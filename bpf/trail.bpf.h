/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What a walk went by, so that the next one can be spared when it would come out the same: faults are often taken at one
 * place, page after page. Only addresses and values of words are compared, which costs less than to look up every
 * rule, and in no order that one lookup has to wait for the one before.
 */
#ifndef MEMSTACKS_TRAIL_BPF_H
#define MEMSTACKS_TRAIL_BPF_H

#include "kernel.h"
#include "machine.h"
#include "window.bpf.h"

#define MOST_SLOTS 128 /* a power of two */
#define CANNOT_REPEAT (2 * MOST_SLOTS) /* instead of a number of slots; there may be added some more */

/* Where the value of the frame pointer is from, instead of the address of a slot. */
#define FP_SETTLED 0 /* it is among the slots already, or lost */
#define FP_REGISTER 1

struct slot {
	__u64 address, value;
};

/* The rules follow from the place, the address space and its version. So do the slots, from these and the slots before. */
struct trail {
	__u64 pc, sp, fp; /* where it began */
	__u64 owner; /* process, image and layout, as the hash begins with them */
	__u64 space;
	__u32 version;
	__u32 nr_slots; /* or CANNOT_REPEAT */
	bool goes_by_fp; /* by the frame pointer where it began */
	__u64 fp_from; /* while it walks: where the frame pointer was read, or an FP_... */
	struct slot slot[MOST_SLOTS];
};

/* In the order of addresses as far as two neighbours tell: a frame pointer lies below the return address that is read first. */
static __always_inline void note_slot(struct trail *trail, __u64 address, __u64 value)
{
	struct slot *slot = &trail->slot[trail->nr_slots % MOST_SLOTS];
	struct slot *before = &trail->slot[(trail->nr_slots - 1) % MOST_SLOTS];

	if (trail->nr_slots && address < before->address) {
		*slot = *before;
		slot = before;
	}
	slot->address = address;
	slot->value = value;
	trail->nr_slots++;
}

/* A frame goes by the frame pointer. Before, it may have been anything: code without frame pointers uses the register for data. */
static __always_inline void note_fp(struct trail *trail, __u64 fp)
{
	if (trail->fp_from == FP_REGISTER)
		trail->goes_by_fp = true;
	else if (trail->fp_from != FP_SETTLED)
		note_slot(trail, trail->fp_from, fp);
	trail->fp_from = FP_SETTLED;
}

/*
 * Copies the slots from `nr` on, and no more than they need: right after a fault little is in the CPU's caches. A function
 * of its own, so that it is verified once and not for each of the slots.
 */
__noinline int read_slots(struct window *window, struct trail *trail, __u32 nr)
{
	__u64 first, last;

	if (!window || !trail)
		return false; /* the verifier insists */
	first = trail->slot[nr % MOST_SLOTS].address;
	last = trail->slot[(trail->nr_slots - 1) % MOST_SLOTS].address;
	return move_window(window, first, last < first ? sizeof(__u64) : last - first + sizeof(__u64));
}

/* Whether every slot has the value that it had. */
__noinline int has_same_slots(struct window *window, struct trail *trail)
{
	__u64 offset;
	__u32 nr;

	if (!window || !trail)
		return false;
	nr = trail->nr_slots;
	for (__u32 i = 0; i < MOST_SLOTS && i < nr; i++) {
		if (trail->slot[i].address - window->start >= window->length && !read_slots(window, trail, i))
			return false;
		offset = trail->slot[i].address - window->start;
		if (offset & 7 || window->word[offset / 8 % WINDOW_WORDS] != trail->slot[i].value)
			return false;
	}
	return true;
}

#endif
