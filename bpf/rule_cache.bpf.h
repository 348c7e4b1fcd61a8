/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Rules that were found before, by address: a search of the tables costs as much as the walk of ten frames. */
#ifndef MEMSTACKS_RULE_CACHE_BPF_H
#define MEMSTACKS_RULE_CACHE_BPF_H

#include "rules.bpf.h"

/*
 * One word tells the rule and whose it is, so that it is never half written:
 *   63..33  pc >> 16; the rest of the pc follows from it and the slot
 *   32..24  the address space: lowest bit of its version, process
 *   23..0   the rule, packed
 */
volatile __u64 rule_cache[CACHE_SLOTS];

#define ADDRESS_BITS 47
#define NO_SPACE (1ULL << 63) /* of a process that has just called exec; it is in no entry */

_Static_assert(CACHE_SLOTS == 1 << 16 && MAX_PROCESSES == 1 << 8, "the layout of an entry");

/* Of the usual rules, with the return address right below the CFA, all that a step needs; of the others their number. */
enum packed_kind {
	PACKED_NONE,
	PACKED_SP, /* CFA is sp + cfa words */
	PACKED_FP, /* CFA is fp + cfa words */
	PACKED_NUMBER,
};

#define PACK(kind, fp_words, cfa_words) ((kind) | (fp_words) << 2 | (cfa_words) << 9)
#define PACKED_KIND(packed) ((packed) & 3)
#define PACKED_FP_WORDS(packed) ((packed) >> 2 & MAX_FP_WORDS) /* from the caller's frame pointer to the CFA */
#define PACKED_IS_GUESS (1 << 8) /* by frame pointer, for want of a table */
#define PACKED_CFA_WORDS(packed) ((packed) >> 9)
#define MAX_FP_WORDS 63
#define MAX_CFA_WORDS 0x7fff
/* Instead of a number of words; neither can be one, for the return address is the first below the CFA. */
#define FP_WORDS_SAME 0
#define FP_WORDS_LOST 1

#define PACKED_NO_TABLE (PACK(PACKED_FP, 2, 2) | PACKED_IS_GUESS)
#define PACK_NUMBER(number) (PACKED_NUMBER | (number) << 2)
#define PACKED_RULE(packed) ((packed) >> 2)

/* More than any maximum when it is no number of words. */
static __always_inline __u32 words_of(__s64 bytes)
{
	return bytes < 0 || bytes & 7 ? ~0U : (__u64)bytes / 8;
}

static __always_inline __u32 pack_rule(struct unwind_rule *rule, __u32 number)
{
	__u32 kind = rule->cfa_kind == CFA_SP ? PACKED_SP : PACKED_FP;
	__u32 cfa_words = words_of(rule->cfa_offset), fp_words = words_of(-rule->fp_offset);

	if (rule->fp_kind == FP_SAME)
		fp_words = FP_WORDS_SAME;
	else if (rule->fp_kind == FP_LOST)
		fp_words = FP_WORDS_LOST;
	else if (rule->fp_kind != FP_AT_CFA || fp_words <= FP_WORDS_LOST || fp_words > MAX_FP_WORDS)
		return PACK_NUMBER(number);
	if ((rule->cfa_kind != CFA_SP && rule->cfa_kind != CFA_FP) || cfa_words > MAX_CFA_WORDS)
		return PACK_NUMBER(number);
	if (rule->ra_kind != RA_AT_CFA || rule->ra_offset != -8)
		return PACK_NUMBER(number);
	return PACK(kind, fp_words, cfa_words);
}

/* The address space that a process has now. */
static __always_inline __u64 space_of(__u32 process)
{
	__u32 index = process % MAX_PROCESSES, owner = index, image = execs[index];

	if (follow_forks && space_owner[index] != index) {
		owner = space_owner[index] % MAX_PROCESSES;
		image = shared_image[index];
	}
	if (space_image[owner] != image)
		return NO_SPACE;
	return owner | (space_version[owner] & 1) << 8;
}

static __always_inline __u32 slot_of(__u64 space, __u64 pc)
{
	return (pc ^ pc >> 16 ^ space << 8) % CACHE_SLOTS;
}

static __always_inline __u64 owner_of(__u64 space, __u64 pc)
{
	return pc >> 16 << 9 | space;
}

/* The packed rule; PACKED_NONE is 0, and so is what no address has. */
static __always_inline __u32 cached_rule(__u64 space, __u64 pc)
{
	__u64 entry = rule_cache[slot_of(space, pc)];

	return entry >> 24 == owner_of(space, pc) ? entry & 0xffffff : PACKED_NONE;
}

/* Not when the space has been replaced meanwhile: the rule may be an old one. */
static __always_inline void cache_rule(__u64 space, __u64 pc, __u32 packed)
{
	if (pc >> ADDRESS_BITS == 0 && space_of(space % MAX_PROCESSES) == space)
		rule_cache[slot_of(space, pc)] = owner_of(space, pc) << 24 | packed;
}

#endif
