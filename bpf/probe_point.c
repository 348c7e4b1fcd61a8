// SPDX-License-Identifier: MIT
/*
 * Where in a function's prologue to put the breakpoint. The x86 kernel emulates nop, push, jmp, jcc
 * and call at a uprobe (arch/x86/kernel/uprobes.c: branch_setup_xol_ops, push_setup_xol_ops);
 * anything else is single-stepped out of line, which costs two more traps. So the probe moves past
 * instructions that change neither an argument, nor the stack pointer, nor the frame pointer.
 * Encodings: Intel SDM volume 2, chapters 2 and 3.
 */
#include <string.h>
#include "collector.h"

#ifdef __x86_64__

struct code {
	const uint8_t *bytes;
	size_t length;
};

static bool is_emulated(const uint8_t *at, size_t left)
{
	if (left < 6)
		return false;
	if (at[0] == 0x41)
		return (at[1] & 0xf8) == 0x50; /* push r8..r15 */
	return (at[0] & 0xf8) == 0x50 || at[0] == 0x90 || at[0] == 0xeb || at[0] == 0xe9 || at[0] == 0xe8 ||
	       (at[0] & 0xf0) == 0x70 || (at[0] == 0x0f && (at[1] & 0xf0) == 0x80);
}

/* Registers by their encoding: rax rcx rdx rbx rsp rbp rsi rdi r8 ... r15. */
static bool may_change(unsigned reg)
{
	return reg == 0 || reg == 3 || reg >= 10;
}

/* Length of an instruction without REX prefix that is safe to run before the probe, or 0. */
static unsigned safe_length(const uint8_t *at, unsigned rex)
{
	uint8_t op = at[0], modrm = at[1];
	unsigned reg = ((modrm >> 3) & 7) | (rex & 4) << 1, rm = (modrm & 7) | (rex & 1) << 3;
	bool both_registers = modrm >> 6 == 3, rip_relative = (modrm & 0xc7) == 5;

	switch (op) {
	case 0x84: case 0x85: /* test r, r */
	case 0x38: case 0x39: case 0x3a: case 0x3b: /* cmp r, r */
		return both_registers ? 2 : rip_relative ? 6 : 0;
	case 0x80: case 0x83: /* cmp r, imm8 */
		return (modrm & 0x38) != 0x38 ? 0 : both_registers ? 3 : rip_relative ? 7 : 0;
	case 0x81: /* cmp r, imm32 */
		return (modrm & 0x38) != 0x38 ? 0 : both_registers ? 6 : rip_relative ? 10 : 0;
	case 0x89: case 0x31: case 0x33: case 0x8b: { /* mov r, r; xor r, r; mov r, [rip + n] */
		unsigned written = op == 0x89 || op == 0x31 ? rm : reg;

		if (!may_change(written))
			return 0;
		return both_registers ? 2 : rip_relative && op == 0x8b ? 6 : 0;
	}
	case 0x8d: /* lea r, [rip + n] */
		return rip_relative && may_change(reg) ? 6 : 0;
	}
	return 0;
}

static unsigned skippable(const uint8_t *at, size_t left)
{
	static const uint8_t endbr64[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	unsigned rex = (at[0] & 0xf0) == 0x40 ? at[0] : 0, length;

	if (left < 16)
		return 0;
	if (memcmp(at, endbr64, sizeof(endbr64)) == 0)
		return sizeof(endbr64);
	length = safe_length(at + !!rex, rex);
	return length ? length + !!rex : 0;
}

/* Target of a direct branch that would start at `at`, or 0. */
static int64_t branch_target(const struct code *code, size_t at)
{
	const uint8_t *byte = code->bytes + at;
	bool two_bytes = byte[0] == 0x0f && (byte[1] & 0xf0) == 0x80, near = byte[0] == 0xe9 || byte[0] == 0xe8;
	int32_t distance;

	if (byte[0] == 0xeb || (byte[0] & 0xf0) == 0x70 || (byte[0] & 0xfc) == 0xe0)
		return at + 2 + (int8_t)byte[1];
	if (!two_bytes && !near)
		return 0;
	memcpy(&distance, byte + 1 + two_bytes, sizeof(distance));
	return at + 5 + two_bytes + (int64_t)distance;
}

/*
 * Whether anything in the function could jump behind its first instruction up to the probe, which
 * would then hit twice. Looks at every byte as if an instruction began there: too careful is fine.
 */
static bool is_jumped_to(const struct code *code, size_t probe)
{
	for (size_t at = 0; at + 6 <= code->length; at++) {
		int64_t target = branch_target(code, at);

		if (target > 0 && target <= (int64_t)probe)
			return true;
	}
	return false;
}

unsigned emulated_distance(const uint8_t *code, size_t length)
{
	struct code whole = { code, length };
	size_t at = 0;
	unsigned skip;

	while (at < 32 && at < length && !is_emulated(code + at, length - at)) {
		skip = skippable(code + at, length - at);
		if (!skip)
			return 0;
		at += skip;
	}
	return at < 32 && at < length && !is_jumped_to(&whole, at) ? at : 0;
}

#else

/* The first instruction is as good as any: arm64 functions begin with ones that set up the stack. */
unsigned emulated_distance(const uint8_t *code, size_t length)
{
	(void)code;
	(void)length;
	return 0;
}

#endif
