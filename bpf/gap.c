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

bool keeps_frame_pointers(struct module *module, uint64_t start, uint64_t end)
{
	uint64_t length = end - start, offset, frames = 0;
	uint8_t *code;
	ssize_t got;

	if (length < least_gap || module->fd < 0 || !elf_address_to_offset(module_elf(module), start, &offset))
		return false;
	if (length > most_looked_at)
		length = most_looked_at;
	code = allocate(length);
	got = pread(module->fd, code, length, offset);
	for (ssize_t i = 0; i < got; i++)
		frames += is_prologue(code + i, got - i);
	free(code);
	return frames > 0 && frames * bytes_per_frame >= length;
}
