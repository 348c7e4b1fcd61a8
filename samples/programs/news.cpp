/* Allocates with operator new and frees with operator delete, in all their forms. Run it with an
 * allocator preloaded: some serve operator new by themselves, and malloc is never called. Talks as
 * truth does.
 *
 *     news [too-much]      too-much: asks for what cannot be had, and catches what is thrown
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

extern "C" {
void say(const char *text);
bool heard_line(void);
}

using std::align_val_t;
using std::nothrow;
using std::size_t;

#define SITE extern "C" __attribute__((noipa)) void *

static const int rounds = 400; /* of which every fourth block stays */
static const align_val_t aligned{64};

SITE site_new(size_t size) { return ::operator new(size); }
SITE site_new_array(size_t size) { return ::operator new[](size); }
SITE site_new_nothrow(size_t size) { return ::operator new(size, nothrow); }
SITE site_new_array_nothrow(size_t size) { return ::operator new[](size, nothrow); }
SITE site_new_aligned(size_t size) { return ::operator new(size, aligned); }
SITE site_new_array_aligned(size_t size) { return ::operator new[](size, aligned); }
SITE site_new_aligned_nothrow(size_t size) { return ::operator new(size, aligned, nothrow); }
SITE site_new_array_aligned_nothrow(size_t size) { return ::operator new[](size, aligned, nothrow); }
SITE site_malloc(size_t size) { return std::malloc(size); }
SITE site_too_much() { return ::operator new(size_t(1) << 60); }

static void ask_for_too_much()
{
	try {
		site_too_much();
	} catch (const std::bad_alloc &) {
		return;
	}
	std::abort();
}

static void give_back(void *block, size_t size, int form)
{
	switch (form) {
	case 1: return ::operator delete(block);
	case 2: return ::operator delete(block, size);
	case 3: return ::operator delete(block, nothrow);
	}
}

static void give_back_array(void *block, size_t size, int form)
{
	switch (form) {
	case 1: return ::operator delete[](block);
	case 2: return ::operator delete[](block, size);
	case 3: return ::operator delete[](block, nothrow);
	}
}

static void give_back_aligned(void *block, size_t size, int form)
{
	switch (form) {
	case 1: return ::operator delete(block, aligned);
	case 2: return ::operator delete(block, size, aligned);
	case 3: return ::operator delete(block, aligned, nothrow);
	}
}

static void give_back_aligned_array(void *block, size_t size, int form)
{
	switch (form) {
	case 1: return ::operator delete[](block, aligned);
	case 2: return ::operator delete[](block, size, aligned);
	case 3: return ::operator delete[](block, aligned, nothrow);
	}
}

static void free_it(void *block, size_t, int form)
{
	if (form > 0)
		std::free(block);
}

static const struct {
	const char *site;
	void *(*take)(size_t size);
	void (*give)(void *block, size_t size, int form);
	size_t size;
} kinds[] = {
	{ "site_new", site_new, give_back, 100 },
	{ "site_new_array", site_new_array, give_back_array, 50 },
	{ "site_new_nothrow", site_new_nothrow, give_back, 70 },
	{ "site_new_array_nothrow", site_new_array_nothrow, give_back_array, 5000 },
	{ "site_new_aligned", site_new_aligned, give_back_aligned, 128 },
	{ "site_new_array_aligned", site_new_array_aligned, give_back_aligned_array, 192 },
	{ "site_new_aligned_nothrow", site_new_aligned_nothrow, give_back_aligned, 256 },
	{ "site_new_array_aligned_nothrow", site_new_array_aligned_nothrow, give_back_aligned_array, 320 },
	{ "site_malloc", site_malloc, free_it, 30 },
};

static void say_truth()
{
	const char *comma = "";
	char text[200];

	say("{\"sites\":{");
	for (const auto &kind : kinds) {
		std::snprintf(text, sizeof(text), "%s\"%s\":{\"all\":[%zu,%d],\"unfreed\":[%zu,%d]}", comma, kind.site,
			      rounds * kind.size, rounds, rounds / 4 * kind.size, rounds / 4);
		say(text);
		comma = ",";
	}
	say("},\"indirect\":{}}\n");
}

int main(int argc, char **argv)
{
	say("ready\n");
	if (!heard_line())
		return 1;
	for (int i = 0; i < rounds && argc > 1 && std::strcmp(argv[1], "too-much") == 0; i++)
		ask_for_too_much();
	for (int i = 0; i < rounds; i++)
		for (const auto &kind : kinds)
			kind.give(kind.take(kind.size), kind.size, i % 4);
	say_truth();
	heard_line();
	return 0;
}
