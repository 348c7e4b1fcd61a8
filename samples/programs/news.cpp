/* Allocates with operator new in several forms. Run it with an allocator preloaded: jemalloc and
 * tcmalloc serve operator new by themselves, and malloc is never called. Talks as truth does.
 *
 *     news [too-much]      too-much: asks for what cannot be had, and catches what is thrown
 */
#include <cstdlib>
#include <cstring>
#include <new>

extern "C" {
void say(const char *text);
bool heard_line(void);
}

#define SITE extern "C" __attribute__((noipa)) void *

static const int rounds = 1000;

SITE site_new() { return ::operator new(100); }
SITE site_new_array() { return ::operator new[](50); }
SITE site_new_nothrow() { return ::operator new(70, std::nothrow); }
SITE site_new_aligned() { return ::operator new(128, std::align_val_t(64)); }
SITE site_malloc() { return std::malloc(30); }
SITE site_too_much() { return ::operator new(std::size_t(1) << 60); }

static void ask_for_too_much()
{
	try {
		site_too_much();
	} catch (const std::bad_alloc &) {
		return;
	}
	std::abort();
}

/* Every n-th block of each kind stays. */
static void run()
{
	for (int i = 0; i < rounds; i++) {
		void *block[] = { site_new(), site_new_array(), site_new_nothrow(), site_new_aligned(), site_malloc() };

		if (i % 2)
			::operator delete(block[0]);
		if (i % 4)
			::operator delete[](block[1], std::size_t(50));
		if (i % 5)
			::operator delete(block[2], std::nothrow);
		if (i % 10)
			::operator delete(block[3], std::align_val_t(64));
		if (i % 20)
			std::free(block[4]);
	}
}

int main(int argc, char **argv)
{
	say("ready\n");
	if (!heard_line())
		return 1;
	for (int i = 0; i < rounds && argc > 1 && std::strcmp(argv[1], "too-much") == 0; i++)
		ask_for_too_much();
	run();
	say("{\"sites\":{\"site_new\":{\"all\":[100000,1000],\"unfreed\":[50000,500]},"
	    "\"site_new_array\":{\"all\":[50000,1000],\"unfreed\":[12500,250]},"
	    "\"site_new_nothrow\":{\"all\":[70000,1000],\"unfreed\":[14000,200]},"
	    "\"site_new_aligned\":{\"all\":[128000,1000],\"unfreed\":[12800,100]},"
	    "\"site_malloc\":{\"all\":[30000,1000],\"unfreed\":[1500,50]}},\"indirect\":{}}\n");
	heard_line();
	return 0;
}
