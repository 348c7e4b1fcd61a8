// SPDX-License-Identifier: MIT
/* Frames and stacks of a capture, and what they add up to. */
#include <inttypes.h>
#include "capture.h"
#include "growth.h"
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
static unsigned frames_of(const struct stack *stack, struct frame_list lists[MOST_FRAMES], bool *broken)
{
	unsigned nr = 0;

	*broken = false;
	if (!stack->nr_frames) {
		lists[0] = stack->walk_end == WALK_NO_USER_STACK ? kernel_thread() : stack_table_full();
		return 1;
	}
	while (nr < stack->nr_frames && nr < MOST_FRAMES) {
		lists[nr] = frames_at(stack, nr);
		*broken = !lists[nr].nr;
		if (*broken)
			break;
		nr++;
	}
	return nr;
}

/* What was neither freed, nor lost sight of, nor released by an exec, nor too young. */
static struct weight unfreed_of(const struct ledger *ledger, unsigned index, struct sums *sums)
{
	const struct stack *stack = stack_at(ledger, index);
	struct weight unfreed = stack->alloc;

	take_weight(&unfreed, &stack->freed);
	take_weight(&unfreed, &stack->untracked);
	if (stack->number)
		return (struct weight){ 0, 0 };
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

static const char *const end_names[] = {
	[WALK_CUT] = "cut",
	[WALK_NO_MAPPING] = "no_mapping",
	[WALK_NO_UNWIND_INFO] = "no_unwind_info",
	[WALK_UNSUPPORTED] = "unsupported",
	[WALK_UNREADABLE] = "unreadable",
};

static void write_walk_end(FILE *out, enum walk_end end)
{
	if (end == WALK_CUT)
		fputs(",\"cut\":true", out);
	if (end != WALK_COMPLETE && end != WALK_NO_USER_STACK)
		fprintf(out, ",\"walk_end\":\"%s\"", end_names[end]);
}

/* Places among the frames, root first, of those of the `nr` addresses that are so marked. True when there are any. */
static bool write_fp_frames(FILE *out, const struct stack *stack, const struct frame_list *lists, unsigned nr)
{
	unsigned place = 0;
	bool any = false;

	for (unsigned i = stack->nr_frames ? nr : 0; i-- > 0; place += lists[i].nr) {
		for (uint32_t j = 0; j < lists[i].nr && (stack->frame[i] & FRAME_BY_FP); j++) {
			fprintf(out, "%s%u", any ? "," : ",\"fp_frames\":[", place + j);
			any = true;
		}
	}
	if (any)
		putc(']', out);
	return any;
}

static uint32_t *fault_lines, nr_fault_lines; /* by number */

uint32_t line_of_stack(uint32_t number)
{
	return number < nr_fault_lines ? fault_lines[number] : 0;
}

static void note_line(uint32_t number, uint32_t line)
{
	for (; nr_fault_lines <= number; nr_fault_lines++) {
		fault_lines = grow(fault_lines, nr_fault_lines, sizeof(*fault_lines));
		fault_lines[nr_fault_lines] = 0;
	}
	fault_lines[number] = line;
}

/* What was counted at the stack: calls that allocate, or faults. */
static void write_weights(FILE *out, const struct run *run, const struct stack *stack, const struct weight *unfreed)
{
	if (stack->number) {
		fprintf(out, ",\"faults\":%" PRIu64, (uint64_t)stack->alloc.calls);
		return;
	}
	write_weight(out, "alloc", &stack->alloc);
	if (run->settings->alloc_only)
		return;
	write_weight(out, "freed", &stack->freed);
	write_weight(out, "unfreed", unfreed);
}

/* The line of a stack. */
struct line {
	const struct stack *stack;
	struct frame_list lists[MOST_FRAMES];
	unsigned nr;
	bool broken;
};

/* Returns its number. */
static uint32_t begin_line(FILE *out, const struct stack *stack, struct line *line)
{
	static uint32_t number;

	line->stack = stack;
	line->nr = frames_of(stack, line->lists, &line->broken);
	fprintf(out, "{\"stack\":%u,\"process\":%u,\"frames\":", number, stack->process);
	write_numbers(out, line->lists, line->nr);
	return number++;
}

/* Notes how good the stack of so much is. Returns how it ends. */
static enum walk_end end_line(FILE *out, const struct line *line, const struct weight *counted, struct sums *sums)
{
	enum walk_end end = line->broken ? WALK_NO_MAPPING : line->stack->walk_end;

	write_walk_end(out, end);
	if (write_fp_frames(out, line->stack, line->lists, line->nr))
		add_weight(&sums->by_fp, counted);
	fputs("}\n", out);
	if (end != WALK_COMPLETE && end != WALK_CUT && end != WALK_NO_USER_STACK)
		add_weight(&sums->broken, counted);
	return end;
}

static void write_stack(FILE *out, const struct run *run, const struct ledger *ledger, unsigned index,
			struct sums *sums)
{
	const struct stack *stack = stack_at(ledger, index);
	struct weight unfreed = unfreed_of(ledger, index, sums);
	struct line line;
	uint32_t number = begin_line(out, stack, &line);
	enum walk_end end;

	if (stack->number)
		note_line(stack->number, number);
	write_weights(out, run, stack, &unfreed);
	if (!stack->number)
		write_growth(out, run, ledger->ids[index]);
	end = end_line(out, &line, &stack->alloc, sums);
	if (stack->number) {
		sums->others_cut += end == WALK_CUT ? stack->alloc.calls : 0;
		return;
	}
	add_weight(&sums->alloc, &stack->alloc);
	add_weight(&sums->freed, &stack->freed);
	add_weight(&sums->unfreed, &unfreed);
}

/* What the allocator maps for itself has no line: its blocks have. */
static void write_map_stack(FILE *out, const struct run *run, const struct ledger *ledger, unsigned index,
			    struct sums *sums)
{
	struct map_weights weights;
	struct line line;

	if (!take_map_weights(ledger, index, &weights, sums))
		return;
	begin_line(out, stack_at(ledger, index), &line);
	write_map_weights(out, &weights);
	write_map_growth(out, run, ledger->ids[index]);
	if (end_line(out, &line, &weights.mmap, sums) == WALK_CUT)
		sums->others_cut += weights.mmap.calls;
}

void write_stacks(FILE *out, const struct run *run, const struct ledger *ledger, struct sums *sums)
{
	for (unsigned i = 0; i < ledger->nr_stacks; i++) {
		if (stack_at(ledger, i)->kind == STACK_MAPS)
			write_map_stack(out, run, ledger, i, sums);
		else if (stack_at(ledger, i)->alloc.calls)
			write_stack(out, run, ledger, i, sums);
	}
}
