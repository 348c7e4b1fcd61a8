/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Whether an address can be one that a call returns to: the instruction before it must be a call. */
#ifndef MEMSTACKS_CALL_BPF_H
#define MEMSTACKS_CALL_BPF_H

#include "kernel.h"

#ifdef __TARGET_ARCH_arm64

/* BL, BLR and BLR with authentication; Arm Architecture Reference Manual, C4.1.66. */
static __always_inline bool follows_call(__u64 pc)
{
	__u32 code = 0;

	bpf_probe_read_user(&code, sizeof(code), (void *)(pc - sizeof(code)));
	return (code & 0xfc000000) == 0x94000000 || (code & 0xfffffc1f) == 0xd63f0000 ||
	       (code & 0xfefff800) == 0xd63f0800;
}

#else

/*
 * `call *register` and `call *memory` (ff /2) by their length: the ModRM byte, a SIB byte when its rm is 4, and a
 * displacement, which a SIB byte without a base has too; Intel SDM volume 2, 2.1.5.
 */
static __always_inline bool is_indirect_call(const __u8 *code, __u32 length)
{
	__u8 modrm, mod, rm;
	bool has_sib, far;

	if (code[0] != 0xff)
		return false;
	modrm = code[1];
	mod = modrm >> 6;
	rm = modrm & 7;
	if ((modrm >> 3 & 7) != 2)
		return false;
	has_sib = mod != 3 && rm == 4;
	far = mod == 2 || (mod == 0 && (rm == 5 || (has_sib && (code[2] & 7) == 5)));
	return length == 2 + has_sib + (mod == 1 ? 1 : far ? 4 : 0);
}

static __always_inline bool follows_call(__u64 pc)
{
	__u8 code[8] = { 0 };

	if (bpf_probe_read_user(code, 7, (void *)(pc - 7)))
		return false;
	return code[2] == 0xe8 || is_indirect_call(code, 7) || is_indirect_call(code + 1, 6) ||
	       is_indirect_call(code + 3, 4) || is_indirect_call(code + 4, 3) || is_indirect_call(code + 5, 2);
}

#endif

#endif
