#define _GNU_SOURCE
#include "stacks.h"
#include "talk.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unwind.h>

#define MAX_FRAMES 160
#define MAX_MODULES 16
/* A power of two, above the number of distinct stacks. */
#define SLOTS 16384
#define LINE_SIZE 512

struct taken_stack {
	uintptr_t frames[MAX_FRAMES]; /* leaf first */
	int depth;
	size_t calls, bytes;
};

static struct taken_stack slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const struct link_map *modules[MAX_MODULES];
static int module_count;

/* A return address belongs to the call before it; where a signal came, to the instruction itself. */
static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *argument)
{
	struct taken_stack *stack = argument;
	int exact = 0;
	uintptr_t address = _Unwind_GetIPInfo(context, &exact);

	if (address == 0)
		return _URC_NO_REASON;
	if (stack->depth == MAX_FRAMES)
		give_up("a stack is deeper than MAX_FRAMES");
	stack->frames[stack->depth++] = exact ? address : address - 1;
	return _URC_NO_REASON;
}

static bool is_same(const struct taken_stack *a, const struct taken_stack *b)
{
	return a->depth == b->depth &&
	       memcmp(a->frames, b->frames, a->depth * sizeof(a->frames[0])) == 0;
}

static struct taken_stack *slot_of(const struct taken_stack *stack)
{
	uint64_t hash = 0;

	for (int i = 0; i < stack->depth; i++)
		hash = (hash ^ stack->frames[i]) * 0x9e3779b97f4a7c15u;
	for (size_t tried = 0; tried < SLOTS; tried++) {
		struct taken_stack *slot = &slots[((hash >> 40) + tried) & (SLOTS - 1)];

		if (slot->depth == 0 || is_same(slot, stack))
			return slot;
	}
	give_up("more distinct stacks than SLOTS");
}

void *recorded_malloc(size_t size)
{
	struct taken_stack stack = { .depth = 0 }, *slot;

	_Unwind_Backtrace(add_frame, &stack);
	pthread_mutex_lock(&lock);
	slot = slot_of(&stack);
	memcpy(slot->frames, stack.frames, stack.depth * sizeof(stack.frames[0]));
	slot->depth = stack.depth;
	slot->calls += 1;
	slot->bytes += size;
	pthread_mutex_unlock(&lock);
	return malloc(size);
}

void recorded_free(void *block)
{
	free(block);
}

static int number_of(const struct link_map *module)
{
	for (int i = 0; i < module_count; i++)
		if (modules[i] == module)
			return i;
	if (module_count == MAX_MODULES)
		give_up("more modules than MAX_MODULES");
	modules[module_count] = module;
	return module_count++;
}

static void say_frame(uintptr_t address, const char *comma)
{
	struct link_map *module = NULL;
	char text[LINE_SIZE];
	Dl_info unused;
	int number = -1;

	if (dladdr1((void *)address, &unused, (void **)&module, RTLD_DL_LINKMAP) != 0) {
		number = number_of(module);
		address -= module->l_addr;
	}
	snprintf(text, sizeof(text), "%s%d,%zu", comma, number, (size_t)address);
	say(text);
}

static void say_stack(const struct taken_stack *stack, const char *comma)
{
	char text[LINE_SIZE];

	snprintf(text, sizeof(text), "%s{\"calls\":%zu,\"bytes\":%zu,\"frames\":[", comma,
		 stack->calls, stack->bytes);
	say(text);
	for (int i = stack->depth - 1; i >= 0; i--)
		say_frame(stack->frames[i], i == stack->depth - 1 ? "" : ",");
	say("]}");
}

static void say_modules(void)
{
	char text[LINE_SIZE + 4096];

	for (int i = 0; i < module_count; i++) {
		const char *path = modules[i]->l_name[0] != '\0' ? modules[i]->l_name : "/proc/self/exe";

		snprintf(text, sizeof(text), "%s\"%s\"", i == 0 ? "" : ",", path);
		say(text);
	}
}

void wait_to_start(void)
{
	say("ready\n");
	heard_line();
}

void say_stacks(void)
{
	const char *comma = "";

	say("{\"stacks\":[");
	for (int i = 0; i < SLOTS; i++) {
		if (slots[i].depth == 0)
			continue;
		say_stack(&slots[i], comma);
		comma = ",";
	}
	say("],\"modules\":[");
	say_modules();
	say("]}\n");
	heard_line();
}
