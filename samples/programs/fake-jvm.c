/* Describes itself as HotSpot's libjvm.so does, and means harm; it must have that name to be taken for it.
 *
 *     libjvm.so MODE
 *
 * nowhere: its pointers lead nowhere. endless: its description has no end. random: its code cache holds anything.
 * huge: its code cache is as large as can be said. deaf: nobody answers for the memory that it points to.
 * Talks as jit.c does, and calls malloc(48) in site a thousand times.
 */
#include "frames.h"
#include "talk.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct struct_entry {
	const char *type, *field, *type_of_field;
	int32_t is_static;
	uint64_t offset;
	void *address;
};

struct type_entry {
	const char *name;
	uint64_t size;
};

struct space {
	uint64_t low_boundary, high_boundary, low, high;
};

struct heap {
	struct space memory, segmap;
	int32_t log2_segment_size;
};

struct heaps {
	int32_t nr;
	struct heap **heap;
};

static const int times = 1000;
static const size_t endless_size = 1 << 24;
enum { HEAPS = 8, LOG2_SEGMENT = 7, RANDOM_SEGMENTS = 1 << 14, HUGE_SEGMENTS = 1 << 20 };

static struct heap heap_of[HEAPS];
static struct heap *heap_pointers[HEAPS];
static struct heaps heaps_value = { 0, heap_pointers };
static struct heaps *heaps = &heaps_value;
static uint64_t queue[2], *interpreter = queue, call_stub;

#define FIELD(type, name, offset) { type, name, "", 0, offset, NULL }
#define STATIC(type, name, address) { type, name, "", 1, 0, address }

static struct struct_entry structs[] = {
	STATIC("CodeCache", "_heaps", &heaps),
	FIELD("GrowableArrayBase", "_len", offsetof(struct heaps, nr)),
	FIELD("GrowableArray<int>", "_data", offsetof(struct heaps, heap)),
	FIELD("CodeHeap", "_memory", offsetof(struct heap, memory)),
	FIELD("CodeHeap", "_segmap", offsetof(struct heap, segmap)),
	FIELD("CodeHeap", "_log2_segment_size", offsetof(struct heap, log2_segment_size)),
	FIELD("VirtualSpace", "_low", offsetof(struct space, low)),
	FIELD("VirtualSpace", "_high", offsetof(struct space, high)),
	FIELD("VirtualSpace", "_low_boundary", offsetof(struct space, low_boundary)),
	FIELD("VirtualSpace", "_high_boundary", offsetof(struct space, high_boundary)),
	FIELD("HeapBlock::Header", "_used", 4),
	FIELD("CodeBlob", "_name", 8),
	FIELD("CodeBlob", "_size", 0),
	FIELD("CodeBlob", "_frame_size", 4),
	STATIC("AbstractInterpreter", "_code", &interpreter),
	FIELD("StubQueue", "_stub_buffer", 8),
	STATIC("StubRoutines", "_call_stub_return_address", &call_stub),
	{ NULL, NULL, NULL, 0, 0, NULL },
};
static struct type_entry types[] = { { "HeapBlock", 8 }, { NULL, 0 } };

struct struct_entry *gHotSpotVMStructs = structs;
uint64_t gHotSpotVMStructEntryArrayStride = sizeof(struct struct_entry);
uint64_t gHotSpotVMStructEntryTypeNameOffset = offsetof(struct struct_entry, type);
uint64_t gHotSpotVMStructEntryFieldNameOffset = offsetof(struct struct_entry, field);
uint64_t gHotSpotVMStructEntryIsStaticOffset = offsetof(struct struct_entry, is_static);
uint64_t gHotSpotVMStructEntryOffsetOffset = offsetof(struct struct_entry, offset);
uint64_t gHotSpotVMStructEntryAddressOffset = offsetof(struct struct_entry, address);
struct type_entry *gHotSpotVMTypes = types;
uint64_t gHotSpotVMTypeEntryArrayStride = sizeof(struct type_entry);
uint64_t gHotSpotVMTypeEntryTypeNameOffset = offsetof(struct type_entry, name);
uint64_t gHotSpotVMTypeEntrySizeOffset = offsetof(struct type_entry, size);

static void *map(size_t size, int protection)
{
	void *memory = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		give_up("cannot map memory");
	return memory;
}

static struct space space_at(void *memory, size_t size)
{
	const uint64_t low = (uintptr_t)memory, high = low + size;

	return (struct space){ low, high, low, high };
}

/* A heap of code that is mapped nowhere else; the caller fills the map of its segments. */
static void *add_heap(uint32_t segments)
{
	struct heap *heap = &heap_of[heaps_value.nr];
	void *segmap = map(segments, PROT_READ | PROT_WRITE), *code;

	code = map((size_t)segments << LOG2_SEGMENT, PROT_READ | PROT_WRITE | PROT_EXEC);
	*heap = (struct heap){ space_at(code, (size_t)segments << LOG2_SEGMENT), space_at(segmap, segments), LOG2_SEGMENT };
	heap_pointers[heaps_value.nr++] = heap;
	return segmap;
}

static void be_random(void)
{
	uint8_t *segmap = add_heap(RANDOM_SEGMENTS), *code = (uint8_t *)heap_of[0].memory.low;

	for (int i = 0; i < RANDOM_SEGMENTS; i++)
		segmap[i] = random() % 4 ? random() : 0;
	for (int i = 0; i < RANDOM_SEGMENTS << LOG2_SEGMENT; i++)
		code[i] = random();
}

/* Every segment is a block. */
static void be_huge(void)
{
	for (int i = 0; i < HEAPS; i++)
		add_heap(HUGE_SEGMENTS);
}

static void be_endless(void)
{
	struct struct_entry *entries = map(endless_size, PROT_READ | PROT_WRITE);

	for (size_t i = 0; i < endless_size / sizeof(*entries); i++)
		entries[i] = structs[i % 2];
	gHotSpotVMStructs = entries;
}

/* Whoever touches the page waits for a program that answers: none does. */
static void be_deaf(void)
{
	void *page = map(4096, PROT_READ | PROT_WRITE);
	struct uffdio_register area = { { (uintptr_t)page, 4096 }, UFFDIO_REGISTER_MODE_MISSING, 0 };
	struct uffdio_api api = { .api = UFFD_API };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &area))
		give_up("cannot use userfaultfd");
	gHotSpotVMStructs = page;
}

static void be_nowhere(void)
{
	gHotSpotVMStructs = (void *)16;
	gHotSpotVMTypes = (void *)UINTPTR_MAX;
}

static const struct {
	const char *name;
	void (*become)(void);
} modes[] = { { "nowhere", be_nowhere }, { "endless", be_endless }, { "random", be_random },
	      { "huge", be_huge },	 { "deaf", be_deaf } };

static KEPT void site(void)
{
	void *volatile block = malloc(48);

	free(block);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (argc == 2 && strcmp(argv[1], modes[i].name) == 0)
			modes[i].become();
	say("ready\n");
	heard_line();
	for (int i = 0; i < times; i++)
		site();
	say("done\n");
	heard_line();
	return 0;
}
