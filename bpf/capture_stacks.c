// SPDX-License-Identifier: MIT
/* Frames and stacks of a capture, and what they add up to. */
#include <inttypes.h>
#include "capture.h"
#include "unwind.h"

static void add_weight(struct weight *sum, const struct weight *more)
{
	sum->bytes += more->bytes;
	sum->calls += more->calls;
}

static void take_weight(struct weight *sum, const struct weight *less)
{
	sum->bytes -= less->bytes < sum->bytes ? less->bytes : sum->bytes;
	sum->calls -= less->calls < sum->calls ? less->calls : sum->calls;
}

static void write_text(FILE *out, const char *key, const char *text)
{
	if (!text)
		return;
	fprintf(out, ",\"%s\":", key);
	json_string(out, text);
}

static void write_frame(FILE *out, uint32_t number, const struct frame *frame)
{
	fprintf(out, "{\"frame\":%" PRIu32, number);
	write_text(out, "label", frame->label);
	write_text(out, "name", frame->name);
	if (frame->module >= 0)
		fprintf(out, ",\"module\":%d", frame->module);
	if (frame->module >= 0 && !frame->name)
		fprintf(out, ",\"offset\":%" PRIu64, frame->offset);
	if (frame->module < 0 && !frame->label)
		fprintf(out, ",\"address\":%" PRIu64, frame->address);
	write_text(out, "file", frame->file);
	if (frame->file)
		fprintf(out, ",\"line\":%" PRIu32, frame->line);
	fprintf(out, "%s%s}\n", frame->inlined ? ",\"inlined\":true" : "", frame->jit ? ",\"jit\":true" : "");
}

void write_frames(FILE *out)
{
	uint32_t nr;
	const struct frame *frames = all_frames(&nr);

	for (uint32_t i = 0; i < nr; i++)
		write_frame(out, i, &frames[i]);
}

/*
 * What there is at each of the stack's addresses, leaf first; returns their number. Sets `broken` where the
 * walk went astray.
 */
static unsigned frames_of(const struct stack *stack, struct frame_list lists[MAX_FRAMES], bool *broken)
{
	unsigned nr = 0;

	*broken = false;
	if (!stack->nr_frames) {
		lists[0] = stack_table_full();
		return 1;
	}
	while (nr < stack->nr_frames && nr < MAX_FRAMES) {
		lists[nr] = frames_at(stack, nr);
		*broken = !lists[nr].nr;
		if (*broken)
			break;
		nr++;
	}
	return nr;
}

void write_weight(FILE *out, const char *key, const struct weight *weight)
{
	fprintf(out, ",\"%s\":[%" PRIu64 ",%" PRIu64 "]", key, (uint64_t)weight->bytes, (uint64_t)weight->calls);
}

/* What was neither freed, nor lost sight of, nor released by an exec, nor too young. */
static struct weight unfreed_of(const struct ledger *ledger, unsigned index, struct sums *sums)
{
	const struct stack *stack = &ledger->stacks[index];
	struct weight unfreed = stack->alloc;

	take_weight(&unfreed, &stack->freed);
	take_weight(&unfreed, &stack->untracked);
	/* The overflow stack is shared by all images. */
	if (stack->nr_frames && stack->image != ledger->execs[stack->process]) {
		add_weight(&sums->exec, &unfreed);
		return (struct weight){ 0, 0 };
	}
	take_weight(&unfreed, &ledger->younger[index]);
	add_weight(&sums->younger, &ledger->younger[index]);
	return unfreed;
}

/* Root first, and at each address the outermost function first. */
static void write_numbers(FILE *out, const struct frame_list *lists, unsigned nr)
{
	const char *comma = "";

	fputs("[", out);
	for (unsigned i = nr; i-- > 0;)
		for (uint32_t j = lists[i].nr; j-- > 0; comma = ",")
			fprintf(out, "%s%" PRIu32, comma, lists[i].numbers[j]);
	fputs("]", out);
}

static void write_stack(FILE *out, const struct run *run, const struct ledger *ledger, unsigned index,
			struct sums *sums)
{
	static unsigned number;
	const struct stack *stack = &ledger->stacks[index];
	struct frame_list lists[MAX_FRAMES];
	struct weight unfreed = unfreed_of(ledger, index, sums);
	bool broken;
	unsigned nr = frames_of(stack, lists, &broken);

	fprintf(out, "{\"stack\":%u,\"process\":%u,\"frames\":", number++, stack->process);
	write_numbers(out, lists, nr);
	write_weight(out, "alloc", &stack->alloc);
	if (!run->settings->alloc_only) {
		write_weight(out, "freed", &stack->freed);
		write_weight(out, "unfreed", &unfreed);
	}
	fputs(stack->walk_end == WALK_CUT ? ",\"cut\":true}\n" : "}\n", out);
	add_weight(&sums->alloc, &stack->alloc);
	add_weight(&sums->freed, &stack->freed);
	add_weight(&sums->unfreed, &unfreed);
	if (broken || (stack->walk_end != WALK_COMPLETE && stack->walk_end != WALK_CUT))
		add_weight(&sums->broken, &stack->alloc);
}

void write_stacks(FILE *out, const struct run *run, const struct ledger *ledger, struct sums *sums)
{
	for (unsigned i = 0; i < ledger->nr_stacks; i++)
		if (ledger->stacks[i].alloc.calls)
			write_stack(out, run, ledger, i, sums);
}
