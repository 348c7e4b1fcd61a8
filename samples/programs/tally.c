#include "tally.h"
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>

#define LINE_SIZE 512

struct block taken(struct tally *by, void *at, size_t size)
{
	if (at != NULL && by != NULL) {
		by->all_bytes += size;
		by->all_calls += 1;
	}
	return (struct block){ .by = by, .at = at, .size = size };
}

void forget(struct block block)
{
	if (block.at == NULL || block.by == NULL)
		return;
	block.by->freed_bytes += block.size;
	block.by->freed_calls += 1;
}

struct block moved(struct block old, struct block new)
{
	if (new.at == NULL)
		return old;
	forget(old);
	return new;
}

void release(struct block block)
{
	forget(block);
	free(block.at);
}

static void say_callers(const struct tally *tally)
{
	char text[LINE_SIZE];
	const char *comma = "";

	say("\"callers\":[");
	for (int i = 0; i < MAX_CALLERS && tally->callers[i] != NULL; i++, comma = ",") {
		snprintf(text, sizeof(text), "%s\"%s\"", comma, tally->callers[i]);
		say(text);
	}
	say("],");
}

static void say_weights(const struct tally *tally)
{
	char text[LINE_SIZE];
	size_t bytes = tally->all_bytes, calls = tally->all_calls;

	if (tally->all_unknown)
		snprintf(text, sizeof(text), "\"all\":null,");
	else
		snprintf(text, sizeof(text), "\"all\":[%zu,%zu],", bytes, calls);
	say(text);
	snprintf(text, sizeof(text), "\"unfreed\":[%zu,%zu]}", bytes - tally->freed_bytes,
		 calls - tally->freed_calls);
	say(text);
}

static void say_tallies(const struct tally *tallies, size_t count, bool indirect)
{
	char text[LINE_SIZE];
	const char *comma = "";

	for (size_t i = 0; i < count; i++) {
		if (tallies[i].indirect != indirect)
			continue;
		snprintf(text, sizeof(text), "%s\"%s\":{", comma, tallies[i].site);
		say(text);
		if (indirect)
			say_callers(&tallies[i]);
		say_weights(&tallies[i]);
		comma = ",";
	}
}

void say_truth(const struct tally *tallies, size_t count)
{
	say("{\"sites\":{");
	say_tallies(tallies, count, false);
	say("},\"indirect\":{");
	say_tallies(tallies, count, true);
	say("}}\n");
}
