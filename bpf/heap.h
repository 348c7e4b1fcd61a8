/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the BPF programs and the helper share about the heap ledger. */
#ifndef MEMSTACKS_HEAP_H
#define MEMSTACKS_HEAP_H

#include <linux/types.h>

#define MOST_FRAMES 512
#define USUAL_FRAMES 127
#define MAX_PROCESSES 256
#define NAME_LENGTH 16 /* of a process, with its NUL; the kernel's TASK_COMM_LEN */

/* Bytes asked for and calls that got them. */
struct weight {
	__u64 bytes;
	__u64 calls;
};

/* With --sample-bytes the calls of a stack are fixed-point numbers: what one call counts. */
#define CALL_ONE 65536

enum stack_kind {
	STACK_HEAP, /* or, with a number, of page faults */
	STACK_MAPS, /* of --mmap: the helper has the bytes; alloc.calls is not 0 */
};

/* Value of the stacks map; its key is a 64-bit hash of process, image, layout and frames. */
struct stack {
	struct weight alloc;
	struct weight freed;
	struct weight untracked; /* of alloc: found no room in the blocks map, so the free cannot be seen */
	__u16 process; /* index, see site_cookie */
	__u16 image;   /* how often the process had called exec before */
	__u16 nr_frames;
	__u8 walk_end; /* an enum walk_end */
	__u8 kind; /* an enum stack_kind */
	__u32 number; /* of page faults: see faults.h; 0: of the heap */
	__u32 layout; /* how often the process had unloaded libraries before, up to MOST_LAYOUTS */
	__u64 frame[]; /* leaf first: the probed address, then return addresses, some with FRAME_BY_FP */
};

/* Added to an address that a frame pointer led to, for want of an unwind table. */
#define FRAME_BY_FP (1ULL << 63)

/* What is loaded after more than these is not told apart from what was in its place before. */
#define MOST_LAYOUTS 255

#define STACK_SIZE(frames) (sizeof(struct stack) + 8 * (frames))

/* Key and value of the blocks map: one live block. */
struct block_key {
	__u64 address;
	__u32 process;
	__u32 image;
};

struct block {
	__u64 size;
	__u64 stack; /* key of the stacks map */
	__u64 born_ns; /* CLOCK_MONOTONIC; 0 unless ages are asked for */
};

/* What a call does that the arguments alone do not tell. */
enum site_kind {
	SITE_PLAIN, /* count * size bytes; the block is returned, or put where out_arg points */
	SITE_RESIZES, /* xallocx: the block stays where it is; up to count more bytes; the new size is returned */
	SITE_COPIES_TEXT, /* mi_strndup: size_arg is the text, of which at most count bytes are copied */
};

/* For --entry-only: whether the function may jump on to another one that is probed, which is then one call. */
enum site_forwards {
	FORWARDS_SAME, /* with the same size */
	FORWARDS_ANY, /* with another size, too */
	FORWARDS_NEVER,
};

/*
 * What a probe knows about the function it sits on, packed into its attach cookie.
 * Arguments count from 1; 0 means that the function has none of that kind.
 */
struct site_cookie {
	__u16 process;
	__u8 kind; /* an enum site_kind */
	__u8 forwards; /* an enum site_forwards */
	__u8 size_arg;
	__u8 count_arg; /* multiplied with size_arg, but see enum site_kind */
	__u8 pointer_arg; /* the block that goes in: free, realloc */
	__u8 out_arg; /* the block comes back through this pointer: posix_memalign */
};
#define MOST_ARGUMENTS 6 /* those that are passed in registers */

union cookie {
	struct site_cookie site;
	__u64 value;
};

enum recording { RECORDING_OFF, RECORDING_ON, RECORDING_STOPPING };

/*
 * Every outermost call that enters (not counted with --entry-only) ends in exactly one of ALLOCATED
 * to ABANDONED, or is unfinished.
 */
enum counter {
	COUNT_ENTERED,
	COUNT_ALLOCATED,
	COUNT_FAILED,
	COUNT_SIZE_FILTERED,
	COUNT_NOT_SAMPLED,
	COUNT_REALLOC_FREED,
	COUNT_ABANDONED,
	COUNT_FREED,
	COUNT_UNTRACKED_FREES,
	COUNT_MISSED_FREE,
	COUNT_STACK_TABLE_FULL,
	COUNT_LIVE_TABLE_FULL,
	COUNT_NO_THREAD_RECORD,
	COUNT_STACKS_CUT,
	COUNT_NOT_FOLLOWED,
	COUNT_ADDRESS_UNKNOWN,
	COUNT_PROCESS_TABLE_FULL,
	COUNT_FOREIGN_CALLS,
	NR_COUNTERS,
};

#define COUNTER_ROWS 256 /* more CPUs than this share rows */
#define COUNTER_COLUMNS 24 /* whole cache lines */

_Static_assert(sizeof(struct weight) == 16, "shared with BPF");
_Static_assert(NR_COUNTERS <= COUNTER_COLUMNS, "a column for each counter");
_Static_assert(sizeof(struct stack) == 64, "shared with BPF");
_Static_assert(sizeof(struct block_key) == 16, "shared with BPF");
_Static_assert(sizeof(struct block) == 24, "shared with BPF");
_Static_assert(sizeof(union cookie) == 8, "must fit an attach cookie");

#endif
