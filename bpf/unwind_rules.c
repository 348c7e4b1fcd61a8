// SPDX-License-Identifier: MIT
/* The distinct rules that unwind rows name by number. */
#include <string.h>
#include "cfi.h"
#include "frames.h"

static const uint32_t rule_unsupported = 1;
static struct unwind_rule rules[MAX_RULES] = { { .cfa_kind = CFA_NONE }, { .cfa_kind = CFA_UNSUPPORTED } };
static uint32_t nr_rules = 2;
static struct hash_table rule_table;

static bool is_rule(uint32_t number, const void *wanted)
{
	return memcmp(&rules[number], wanted, sizeof(*rules)) == 0;
}

/* Rules repeat by the hundred thousand. One too many becomes "unsupported", which the walk reports. */
uint32_t intern_rule(struct unwind_rule rule)
{
	uint64_t bits[2], hash;
	uint32_t known;

	if (rule.cfa_kind == CFA_NONE)
		return RULE_NONE;
	if (rule.cfa_kind == CFA_UNSUPPORTED)
		return rule_unsupported;
	memcpy(bits, &rule, sizeof(bits));
	hash = hash_number(hash_number(0, bits[0]), bits[1]);
	known = hash_find(&rule_table, hash, &(struct hash_match){ is_rule, &rule });
	if (known != HASH_NONE)
		return known;
	if (nr_rules == MAX_RULES - 1)
		return rule_unsupported;
	rules[nr_rules] = rule;
	hash_add(&rule_table, hash, nr_rules);
	return nr_rules++;
}

void add_row(struct unwind_rows *rows, uint64_t pc, struct unwind_rule rule)
{
	rows->row = grow(rows->row, rows->nr, sizeof(*rows->row));
	rows->row[rows->nr++] = (struct full_row){ pc, intern_rule(rule) };
}

const struct unwind_rule *all_unwind_rules(uint32_t *nr)
{
	*nr = nr_rules;
	return rules;
}
