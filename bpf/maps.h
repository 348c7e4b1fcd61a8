/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the BPF programs and the helper share about memory that is mapped by system calls. */
#ifndef MEMSTACKS_MAPS_H
#define MEMSTACKS_MAPS_H

#include "heap.h"

/*
 * A range leaves the ledger when the call that unmaps it is entered: once the kernel has done it, another thread may get
 * the place before we see the return. It comes back should the call fail.
 */
enum map_change {
	MAP_ADDED, /* and what was there is gone */
	MAP_LEAVES,
	MAP_LEFT, /* of the same thread: the call has succeeded */
	MAP_STAYS, /* it has failed */
};

/* In the order of the kernel, through a ring buffer. Bytes; whole pages. */
struct map_event {
	__u64 start, length;
	__u64 stack; /* key of the stacks map; 0: the allocator's own */
	__u32 process, image;
	__u32 thread;
	__u8 change; /* an enum map_change */
	__u8 unused[3];
};

/* Keys of the stacks for which there was no room, after those of the heap and of page faults. */
#define OVERFLOW_MAPS(process) (1 + 2 * MAX_PROCESSES + (process))

_Static_assert(sizeof(struct map_event) == 40, "shared with BPF");

#endif
