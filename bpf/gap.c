// SPDX-License-Identifier: MIT
/*
 * Code that a file's call frame information leaves out: functions that another compiler or a hand wrote.
 * A walk may go on by frame pointer there, but only where the code keeps them: in a function without a frame, under
 * callers that have them, the step would lose the caller without a trace.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cfi.h"

/*
 * The fewest functions with a frame that such code has: one in so many bytes. V8's builtins, Go and C++ have one in
 * 300 to 900; ciphers, codecs and musl one in 100,000 or none.
 */
static const uint64_t bytes_per_frame = 4096;
static const uint64_t most_looked_at = 1 << 20, least_gap = 16;

#ifdef __x86_64__
/* mov %rsp,%rbp soon after push %rbp, or lea N(%rsp),%rbp as Go has it; Intel SDM volume 2. */
static bool is_prologue(const uint8_t *code, size_t left)
{
	static const uint8_t moves[][3] = { { 0x48, 0x89, 0xe5 }, { 0x48, 0x8b, 0xec } };

	if (left >= 4 && code[0] == 0x48 && code[1] == 0x8d && (code[2] == 0x6c || code[2] == 0xac) && code[3] == 0x24)
		return true;
	for (size_t i = 1; *code == 0x55 && i <= 12 && i + 3 <= left; i++)
		if (memcmp(code + i, moves[0], 3) == 0 || memcmp(code + i, moves[1], 3) == 0)
			return true;
	return false;
}
#else
/* stp x29, x30, [sp, #-N]! ; Arm Architecture Reference Manual, C6.2. */
static bool is_prologue(const uint8_t *code, size_t left)
{
	return left >= 4 && code[0] == 0xfd && code[1] == 0x7b && (code[2] & 0x80) && code[3] == 0xa9;
}
#endif

static uint64_t count_prologues(const uint8_t *code, size_t length)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < length; i++)
		nr += is_prologue(code + i, length - i);
	return nr;
}

/*
 * What Boost.Context, and with it PHP and others, lets the first function of a fiber return to: xor %rdi,%rdi;
 * call _exit; hlt. Nothing is further out. Length of the code in front of it, or of all.
 */
static size_t find_fiber_end(const uint8_t *code, size_t length)
{
	static const uint8_t begin[] = { 0x48, 0x31, 0xff, 0xe8 };
	size_t at = 0;

	while (at + 9 <= length && (memcmp(code + at, begin, sizeof(begin)) != 0 || code[at + 8] != 0xf4))
		at++;
	return at + 9 <= length ? at : length;
}

static void look_into(struct gap *gap, const uint8_t *code, size_t length)
{
	uint64_t prologues = count_prologues(code, length);
	size_t fiber_end = find_fiber_end(code, length);

	gap->keeps_frame_pointers = prologues > 0 && prologues * bytes_per_frame >= length;
	if (fiber_end < length)
		gap->root = gap->start + fiber_end;
}

/* A sparse file of any size costs its owner nothing, but looking through it costs us time. */
static bool take_time(uint64_t length)
{
	static uint64_t left = 256 << 20;
	static bool told;

	if (length <= left) {
		left -= length;
		return true;
	}
	if (!told)
		event_warning("there is more than 256 MB of code that unwind tables leave out: stacks end early in the rest "
			      "of it");
	told = true;
	return false;
}

static void look_into_file(const struct module *module, uint64_t offset, uint64_t length, struct gap *gap)
{
	uint8_t *code = allocate(length);
	ssize_t got = pread(module->fd, code, length, offset);

	if (got > 0)
		look_into(gap, code, got);
	free(code);
}

void inspect_gap(struct module *module, struct gap *gap)
{
	uint64_t entry = elf_entry(module_elf(module)), length = gap->end - gap->start, offset;

	gap->root = gap->end;
	if (length < least_gap || module->fd < 0 || !elf_address_to_offset(module_elf(module), gap->start, &offset))
		return;
	if (length > most_looked_at)
		length = most_looked_at;
	if (take_time(length))
		look_into_file(module, offset, length, gap);
	/* Nobody calls the entry point: what it calls is outermost. ld.so's is hand-written. */
	if (entry >= gap->start && entry < gap->end)
		gap->root = entry;
}
