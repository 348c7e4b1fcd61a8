/* Calls along chains of functions that a seed chooses, and allocates at the end of each: it knows its
 * stacks by construction, where nothing could unwind them for it.
 *
 *     chains SEED CHAINS SHORTEST LONGEST      how many chains, and from and to how many links
 *
 * Talks as truth.c does. The truth, frames root first, each an index of names, from main to who calls malloc:
 *
 *     {"names":["main","run_chain","site","link_plain",...],"stacks":[{"frames":[0,1,3,2],"bytes":48,"calls":3},...]}
 */
#include "frames.h"
#include "talk.h"

#include <alloca.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST_CHAINS 512
#define MOST_LINKS 1024
#define KINDS (sizeof(links) / sizeof(links[0]))

struct chain {
	int length;
	uint8_t kinds[MOST_LINKS];
};

static const int repeats = 3;

static struct chain chains[MOST_CHAINS];
static int chain_count;
static uint64_t seed;

static inline void go_on(const struct chain *chain, int place);

/* For buffers that must not be optimised away, and after calls that must not become jumps. */
static KEPT void touch(void *buffer)
{
	*(volatile char *)buffer = 1;
}

static size_t block_size(const struct chain *chain)
{
	return 16 + (chain - chains);
}

static KEPT void site(const struct chain *chain)
{
	char *block = malloc(block_size(chain));

	touch(block);
	free(block);
}

static KEPT void link_plain(const struct chain *chain, int place)
{
	go_on(chain, place);
	touch(&place);
}

static KEPT void link_saving(const struct chain *chain, int place)
{
	long a = place * 3, b = a * chain->length, c = a ^ b, d = b - place;

	go_on(chain, place);
	a = a * b + c * d;
	touch(&a);
}

static KEPT void link_array(const struct chain *chain, int place)
{
	char buffer[1 + place % 50];

	touch(buffer);
	go_on(chain, place);
	touch(buffer);
}

static KEPT void link_alloca(const struct chain *chain, int place)
{
	char *buffer = alloca(100 + place);

	touch(buffer);
	go_on(chain, place);
	touch(buffer);
}

static KEPT void link_realigned(const struct chain *chain, int place)
{
	_Alignas(64) char buffer[128];

	touch(buffer);
	go_on(chain, place);
	touch(buffer);
}

static KEPT void link_realigned_array(const struct chain *chain, int place)
{
	_Alignas(128) char aligned[128];
	char buffer[1 + place % 50];

	touch(aligned);
	touch(buffer);
	go_on(chain, place);
	touch(buffer);
}

static KEPT void link_big(const struct chain *chain, int place)
{
	char buffer[4000];

	touch(buffer);
	go_on(chain, place);
	touch(buffer);
}

static const struct {
	const char *name;
	void (*call)(const struct chain *chain, int place);
} links[] = {
	{ "link_plain", link_plain },
	{ "link_saving", link_saving },
	{ "link_array", link_array },
	{ "link_alloca", link_alloca },
	{ "link_realigned", link_realigned },
	{ "link_realigned_array", link_realigned_array },
	{ "link_big", link_big },
};

static inline void go_on(const struct chain *chain, int place)
{
	if (place == chain->length)
		site(chain);
	else
		links[chain->kinds[place]].call(chain, place + 1);
}

static KEPT void run_chain(const struct chain *chain)
{
	go_on(chain, 0);
	touch(&chain);
}

/* xorshift64 (Marsaglia). */
static unsigned random_below(unsigned limit)
{
	static uint64_t state;

	if (state == 0)
		state = seed;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 32) % limit;
}

static void choose_chains(int shortest, int longest)
{
	for (int i = 0; i < chain_count; i++) {
		chains[i].length = shortest + random_below(longest - shortest + 1);
		for (int j = 0; j < chains[i].length; j++)
			chains[i].kinds[j] = random_below(KINDS);
	}
}

static void say_names(void)
{
	say("{\"names\":[\"main\",\"run_chain\",\"site\"");
	for (size_t i = 0; i < KINDS; i++) {
		say(",\"");
		say(links[i].name);
		say("\"");
	}
}

static void say_chain(const struct chain *chain)
{
	char text[80];

	say("{\"frames\":[0,1");
	for (int i = 0; i < chain->length; i++) {
		snprintf(text, sizeof(text), ",%d", 3 + chain->kinds[i]);
		say(text);
	}
	snprintf(text, sizeof(text), ",2],\"bytes\":%zu,\"calls\":%d}", repeats * block_size(chain), repeats);
	say(text);
}

static void say_chains(void)
{
	say_names();
	say("],\"stacks\":[");
	for (int i = 0; i < chain_count; i++) {
		if (i > 0)
			say(",");
		say_chain(&chains[i]);
	}
	say("]}\n");
}

int main(int argc, char **argv)
{
	int shortest, longest;

	if (argc != 5)
		give_up("usage: chains SEED CHAINS SHORTEST LONGEST");
	seed = strtoul(argv[1], NULL, 10);
	chain_count = atoi(argv[2]);
	shortest = atoi(argv[3]);
	longest = atoi(argv[4]);
	if (seed == 0 || chain_count > MOST_CHAINS || shortest > longest || longest > MOST_LINKS)
		give_up("usage: SEED above 0, at most 512 CHAINS, at most 1024 LONGEST");
	choose_chains(shortest, longest);
	say("ready\n");
	heard_line();
	for (int i = 0; i < chain_count * repeats; i++)
		run_chain(&chains[i / repeats]);
	say_chains();
	heard_line();
	return 0;
}
