// SPDX-License-Identifier: MIT
/*
 * The blocks of HotSpot's code cache; heap.hpp and codeBlob.hpp of OpenJDK. A code heap is cut into segments, and a map
 * with a byte for each: 0 where a block begins, 0xff where nothing has been allocated yet. A block is a header and,
 * when it is used, a code blob: a compiled method, an adapter, stubs, the interpreter.
 */
#include <stdlib.h>
#include <string.h>
#include "collector.h"
#include "hotspot.h"
#include "target_memory.h"

#define MOST_HEAPS 8
#define BATCH 512
static const uint64_t most_segments = 4 << 20, largest_cache = 1ULL << 31;
static const uint32_t most_frame_words = 8192;
static const uint8_t unallocated = 0xff;

struct code_heap {
	uint64_t low, high; /* what of it is in use */
	uint64_t low_boundary, high_boundary;
	uint64_t segmap, segmap_size;
	uint32_t log2_segment;
};

/* What is being read; all sizes in it have been checked. */
struct reader {
	pid_t pid;
	struct hotspot_layout *layout;
	struct code_blocks *blocks;
	size_t piece; /* bytes from the start of a block that are read */
	uint64_t segments_left;
	uint64_t interpreter, call_stub; /* an address in each */
};

static uint64_t word(const struct reader *reader, uint64_t structure, enum hotspot_field field)
{
	return read_target_word(reader->pid, structure + reader->layout->field[field]);
}

static bool read_heap(const struct reader *reader, uint64_t address, struct code_heap *heap)
{
	uint64_t memory = address + reader->layout->field[HEAP_MEMORY];
	uint64_t segmap = address + reader->layout->field[HEAP_SEGMAP];

	heap->low = word(reader, memory, SPACE_LOW);
	heap->high = word(reader, memory, SPACE_HIGH);
	heap->low_boundary = word(reader, memory, SPACE_LOW_BOUNDARY);
	heap->high_boundary = word(reader, memory, SPACE_HIGH_BOUNDARY);
	heap->segmap = word(reader, segmap, SPACE_LOW);
	heap->segmap_size = word(reader, segmap, SPACE_HIGH) - heap->segmap;
	heap->log2_segment = word(reader, address, HEAP_LOG2_SEGMENT);
	return heap->low && heap->low_boundary <= heap->low && heap->low <= heap->high &&
	       heap->high <= heap->high_boundary && heap->log2_segment >= 4 && heap->log2_segment <= 16;
}

static int by_low(const void *left, const void *right)
{
	const struct code_heap *a = left, *b = right;

	return (a->low > b->low) - (a->low < b->low);
}

/* Ascending, apart from each other, and together no larger than a code cache can be; else none. */
static unsigned read_heaps(const struct reader *reader, struct code_heap heaps[MOST_HEAPS])
{
	uint64_t array = read_target_word(reader->pid, reader->layout->field[CODE_CACHE_HEAPS]);
	uint32_t nr = word(reader, array, ARRAY_LENGTH);
	uint64_t data = word(reader, array, ARRAY_DATA);

	if (!array || !data || nr > MOST_HEAPS)
		return 0;
	for (unsigned i = 0; i < nr; i++)
		if (!read_heap(reader, read_target_word(reader->pid, data + 8 * i), &heaps[i]))
			return 0;
	qsort(heaps, nr, sizeof(*heaps), by_low);
	for (unsigned i = 1; i < nr; i++)
		if (heaps[i].low_boundary < heaps[i - 1].high_boundary)
			return 0;
	return nr && heaps[nr - 1].high_boundary - heaps[0].low_boundary <= largest_cache ? nr : 0;
}

static void add_block(struct code_blocks *blocks, uint64_t start, enum code_kind kind)
{
	if (blocks->nr == MAX_CODE_BLOCKS) {
		blocks->incomplete = true;
		blocks->block[blocks->nr - 1].kind = CODE_NONE;
		return;
	}
	blocks->block = grow(blocks->block, blocks->nr, sizeof(*blocks->block));
	blocks->block[blocks->nr++] = (struct code_block){ .start = start, .kind = kind };
}

/* All that begin in the heap, not known yet but for the end of what is allocated. */
static void add_blocks(struct reader *reader, const struct code_heap *heap, const uint8_t *segmap, uint64_t nr)
{
	uint8_t before = unallocated;

	for (uint64_t i = 0; i < nr; i++) {
		bool ends = segmap[i] == unallocated && before != unallocated;

		if (!segmap[i] || ends)
			add_block(reader->blocks, heap->low + (i << heap->log2_segment), ends ? CODE_NONE : CODE_OTHER);
		before = segmap[i];
	}
	add_block(reader->blocks, heap->low + (nr << heap->log2_segment), CODE_NONE);
}

static void find_blocks(struct reader *reader, const struct code_heap *heap)
{
	uint64_t nr = (heap->high - heap->low) >> heap->log2_segment;
	uint8_t *segmap;

	if (nr > heap->segmap_size || nr > reader->segments_left) {
		reader->blocks->incomplete = true;
		return;
	}
	segmap = allocate(nr + 1);
	if (read_target(reader->pid, heap->segmap, segmap, nr))
		add_blocks(reader, heap, segmap, nr);
	reader->segments_left -= nr;
	free(segmap);
}

static bool holds(const struct code_block *block, uint64_t address)
{
	return address >= block[0].start && address < block[1].start;
}

/* The machine's own walk goes by the frame sizes; what has none keeps frame pointers. */
static enum code_kind kind_of(const struct reader *reader, const struct code_block *block, int32_t frame_words)
{
	if (holds(block, reader->interpreter))
		return CODE_INTERPRETER;
	if (holds(block, reader->call_stub))
		return CODE_CALL_STUB;
	return frame_words > 0 ? CODE_FRAME : CODE_OTHER;
}

/* A block that is just being filled may hold anything. */
static void identify(const struct reader *reader, const uint8_t *piece, struct code_block *block)
{
	const struct hotspot_layout *layout = reader->layout;
	const uint8_t *blob = piece + layout->block_size;
	int32_t size, frame_words;

	memcpy(&size, blob + layout->field[BLOB_SIZE], sizeof(size));
	memcpy(&frame_words, blob + layout->field[BLOB_FRAME_WORDS], sizeof(frame_words));
	block->kind = CODE_NONE;
	if (!piece[layout->field[BLOCK_USED]] || size <= 0 || layout->block_size + size > block[1].start - block[0].start ||
	    frame_words > (int32_t)most_frame_words)
		return;
	block->kind = kind_of(reader, block, frame_words);
	block->frame_words = block->kind == CODE_FRAME ? frame_words : 0;
}

/* The next blocks that are not known yet; returns how many. */
static size_t next_batch(const struct code_blocks *blocks, uint32_t *at, uint32_t batch[BATCH])
{
	size_t nr = 0;

	for (; *at < blocks->nr && nr < BATCH; ++*at)
		if (blocks->block[*at].kind != CODE_NONE)
			batch[nr++] = *at;
	return nr;
}

static void identify_batch(const struct reader *reader, const uint32_t batch[BATCH], size_t nr)
{
	struct code_block *block = reader->blocks->block;
	uint8_t *content = allocate(nr * reader->piece);
	uint64_t address[BATCH];

	for (size_t i = 0; i < nr; i++)
		address[i] = block[batch[i]].start;
	read_target_pieces(reader->pid, &(struct target_pieces){ address, nr, reader->piece }, content);
	for (size_t i = 0; i < nr; i++)
		identify(reader, content + i * reader->piece, &block[batch[i]]);
	free(content);
}

static void identify_blocks(const struct reader *reader)
{
	uint32_t at = 0, batch[BATCH];
	size_t nr;

	while ((nr = next_batch(reader->blocks, &at, batch)) > 0)
		identify_batch(reader, batch, nr);
}

/* Header and blob, as far as they are looked at. 0 when they are larger than any can be. */
static size_t piece_size(const struct hotspot_layout *layout)
{
	const uint64_t most = 128, size = layout->field[BLOB_SIZE], words = layout->field[BLOB_FRAME_WORDS];
	uint64_t last = size > words ? size : words;

	if (layout->block_size > most || last > most || layout->field[BLOCK_USED] >= layout->block_size)
		return 0;
	return layout->block_size + last + sizeof(int32_t);
}

/*
 * A virtual thread that goes on has its innermost frames back on the stack, and these return to stubs that fetch more. What
 * lies further out on the stack is the frame of the method that the thread was entered by, up to its return_pc.
 */
static bool are_continuation_stubs(const struct reader *reader, const struct code_block *block)
{
	static const char begin[] = "StubRoutines (continuation";
	char name[sizeof(begin)];

	if (block->kind != CODE_OTHER)
		return false;
	read_target_text(reader->pid, word(reader, block->start + reader->layout->block_size, BLOB_NAME), name,
			 sizeof(name));
	return strcmp(name, begin) == 0;
}

static void find_continuation_stubs(const struct reader *reader)
{
	const unsigned most_looked_at = 4096;
	const struct code_blocks *blocks = reader->blocks;

	for (uint32_t i = 0; i < blocks->nr && i < most_looked_at && !reader->layout->continuation_stubs; i++)
		if (are_continuation_stubs(reader, &blocks->block[i]))
			reader->layout->continuation_stubs = blocks->block[i].start;
}

/* Of the method by which virtual threads are entered; 0 while there is none. */
static uint32_t entry_frame_words(const struct reader *reader)
{
	const struct code_blocks *blocks = reader->blocks;
	uint64_t pc = reader->layout->field[CONTINUATION_RETURN];

	pc = pc == UINT64_MAX ? 0 : read_target_word(reader->pid, pc);
	for (uint32_t i = 0; pc && i + 1 < blocks->nr; i++)
		if (holds(&blocks->block[i], pc))
			return blocks->block[i].frame_words;
	return 0;
}

static void identify_continuation_stubs(const struct reader *reader)
{
	uint32_t frame_words = entry_frame_words(reader);

	if (frame_words && !reader->layout->continuation_stubs)
		find_continuation_stubs(reader);
	for (uint32_t i = 0; frame_words && i < reader->blocks->nr; i++) {
		struct code_block *block = &reader->blocks->block[i];

		if (block->kind == CODE_OTHER && block->start == reader->layout->continuation_stubs)
			*block = (struct code_block){ block->start, frame_words, CODE_FRAME };
	}
}

bool read_code_blocks(pid_t pid, struct hotspot_layout *layout, struct code_blocks *blocks)
{
	struct reader reader = { pid, layout, blocks, piece_size(layout), most_segments, 0, 0 };
	uint64_t interpreter = read_target_word(pid, layout->field[INTERPRETER_CODE]);
	struct code_heap heaps[MOST_HEAPS];
	unsigned nr = reader.piece ? read_heaps(&reader, heaps) : 0;

	*blocks = (struct code_blocks){ 0 };
	if (!nr)
		return false;
	reader.interpreter = word(&reader, interpreter, QUEUE_BUFFER);
	reader.call_stub = read_target_word(pid, layout->field[CALL_STUB_RETURN]);
	blocks->low = heaps[0].low_boundary;
	blocks->high = heaps[nr - 1].high_boundary;
	for (unsigned i = 0; i < nr; i++)
		find_blocks(&reader, &heaps[i]);
	identify_blocks(&reader);
	identify_continuation_stubs(&reader);
	return true;
}
