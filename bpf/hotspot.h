/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The code cache of HotSpot, the virtual machine of OpenJDK: where its code lies, and how large the frames of that are.
 * libjvm.so describes its own data for the serviceability agent (vmStructs.hpp of OpenJDK); nothing but names is
 * taken for granted here.
 */
#ifndef MEMSTACKS_HOTSPOT_H
#define MEMSTACKS_HOTSPOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* --- hotspot_layout.c --- */
/* Variables of libjvm.so. Of an array: where it begins, its elements' size, and what is where in one. */
enum hotspot_variable {
	VM_STRUCTS,
	VM_STRUCT_STRIDE,
	VM_STRUCT_TYPE,
	VM_STRUCT_FIELD,
	VM_STRUCT_IS_STATIC,
	VM_STRUCT_OFFSET,
	VM_STRUCT_ADDRESS,
	VM_TYPES,
	VM_TYPE_STRIDE,
	VM_TYPE_NAME,
	VM_TYPE_SIZE,
	NR_HOTSPOT_VARIABLES,
};
/* The variable's number; NR_HOTSPOT_VARIABLES for any other name. */
enum hotspot_variable hotspot_variable_called(const char *name);

/* Fields of its data: where in their structure; those that are static: at which address. */
enum hotspot_field {
	CODE_CACHE_HEAPS,
	ARRAY_LENGTH,
	ARRAY_DATA,
	HEAP_MEMORY,
	HEAP_SEGMAP,
	HEAP_LOG2_SEGMENT,
	SPACE_LOW,
	SPACE_HIGH,
	SPACE_LOW_BOUNDARY,
	SPACE_HIGH_BOUNDARY,
	BLOCK_USED,
	BLOB_NAME,
	BLOB_SIZE,
	BLOB_FRAME_WORDS,
	INTERPRETER_CODE,
	QUEUE_BUFFER,
	CALL_STUB_RETURN,
	CONTINUATION_RETURN,
	NR_HOTSPOT_FIELDS,
	NR_NEEDED_FIELDS = CONTINUATION_RETURN,
};
struct hotspot_layout {
	uint64_t field[NR_HOTSPOT_FIELDS]; /* those that are not needed may be UINT64_MAX: not there */
	uint64_t block_size; /* of what stands before a blob */
	uint64_t continuation_stubs; /* their block; 0: not found yet. read_code_blocks sees to it */
};
/* `variable`: their addresses. False while they are not there, or when they are not as expected. */
bool read_hotspot_layout(pid_t pid, const uint64_t variable[NR_HOTSPOT_VARIABLES], struct hotspot_layout *layout);

/* --- hotspot_heap.c --- */
enum code_kind {
	CODE_NONE, /* no code is known here */
	CODE_FRAME, /* compiled code and stubs: the frame has so many words at any call */
	CODE_INTERPRETER,
	CODE_CALL_STUB, /* from C++ to Java */
	CODE_OTHER,
};
/* Up to the next block. */
struct code_block {
	uint64_t start;
	uint32_t frame_words; /* CODE_FRAME: up to the caller's stack pointer */
	enum code_kind kind;
};
#define MAX_CODE_BLOCKS (1 << 17)
struct code_blocks {
	struct code_block *block; /* ascending */
	uint32_t nr;
	uint64_t low, high; /* what is reserved for them */
	bool incomplete; /* there are more than are read */
};
/* False while there are none, or when they are not as expected. */
bool read_code_blocks(pid_t pid, struct hotspot_layout *layout, struct code_blocks *blocks);

#endif
