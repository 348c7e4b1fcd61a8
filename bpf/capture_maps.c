// SPDX-License-Identifier: MIT
/* The part of --mmap in a capture. */
#include "capture.h"
#include "ranges.h"

static void add_weight(struct weight *sum, const struct weight *more)
{
	sum->bytes += more->bytes;
	sum->calls += more->calls;
}

/* The stack for which there was no room is shared by all images. */
static bool is_of_old_image(const struct ledger *ledger, const struct stack *stack)
{
	return stack->nr_frames && stack->image != ledger->execs[stack->process];
}

bool take_map_weights(const struct ledger *ledger, unsigned index, struct map_weights *weights, struct sums *sums)
{
	const struct stack *stack = stack_at(ledger, index);
	const struct map_sums found = map_sums_of(ledger->ids[index]);

	*weights = (struct map_weights){ found.mmap, found.munmapped, still_mapped(found) };
	if (!weights->mmap.calls)
		return false; /* the overflow stack, mostly */
	if (is_in_allocator(stack)) {
		add_weight(&sums->allocator_mapped, &weights->mmap);
		return false;
	}
	if (is_of_old_image(ledger, stack)) {
		add_weight(&sums->exec_mapped, &weights->mapped);
		weights->mapped = (struct weight){ 0, 0 };
	}
	add_weight(&sums->mmap, &weights->mmap);
	add_weight(&sums->munmapped, &weights->munmapped);
	add_weight(&sums->mapped, &weights->mapped);
	return true;
}

void write_map_weights(FILE *out, const struct map_weights *weights)
{
	write_weight(out, "mmap", &weights->mmap);
	write_weight(out, "munmapped", &weights->munmapped);
	write_weight(out, "mapped", &weights->mapped);
}
