/* Makes memory resident in known ways, each in a function of its own, and says how many pages of it stay.
 *
 *     faults FILE
 *
 * FILE must have 64 pages or more; they are read first, so that they are in memory. Says "ready", waits for a line on stdin,
 * runs every site, says its truth as one line of JSON (README.md of the samples), waits for another line or the end of
 * stdin, and ends. A site whose pages become resident without a fault is told by the others: it has no stack.
 */
#define _GNU_SOURCE
#include "talk.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE ((size_t)4096)
#define HUGE_PAGES 512
#define FILE_PAGES 64
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum kind { ANON, FILES, SHMEM };
static const char *const kinds[] = { "anon", "file", "shmem" };

static struct truth {
	const char *site;
	enum kind kind;
	size_t pages;
} truths[64];
static size_t nr_truths;
static size_t nobody; /* pages that became resident without a fault */
static int file;

static void remember(const char *site, enum kind kind, size_t pages)
{
	truths[nr_truths++] = (struct truth){ site, kind, pages };
}

static char *map_at(char *at, size_t pages, int flags, int fd)
{
	char *memory = mmap(at, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (memory == MAP_FAILED)
		give_up("faults: no memory");
	return memory;
}

static char *map(size_t pages)
{
	return map_at(NULL, pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

/* Inlined: the faults shall be the site's own. */
static inline __attribute__((always_inline)) void write_pages(volatile char *memory, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		memory[i * PAGE + i % PAGE] = 1;
}

static inline __attribute__((always_inline)) void read_pages(volatile char *memory, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		(void)memory[i * PAGE];
}

void site_kept(void)
{
	write_pages(map(1000), 1000);
	remember(__func__, ANON, 1000);
}

void site_unmapped(void)
{
	char *memory = map(700);

	write_pages(memory, 700);
	munmap(memory, 700 * PAGE);
	remember(__func__, ANON, 0);
}

void site_dropped(void)
{
	char *memory = map(800);

	write_pages(memory, 800);
	madvise(memory + 100 * PAGE, 500 * PAGE, MADV_DONTNEED);
	remember(__func__, ANON, 300);
}

/* In a new mapping at the place of an older one. */
void site_mapped_again(char *memory)
{
	map_at(memory, 600, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1);
	write_pages(memory + 100 * PAGE, 400);
	remember(__func__, ANON, 400);
}

void site_replaced(void)
{
	char *memory = map(600);

	write_pages(memory, 600);
	remember(__func__, ANON, 0);
	site_mapped_again(memory);
}

/* Where memory was moved away from. */
void site_in_old_place(char *memory)
{
	map_at(memory, 300, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1);
	write_pages(memory, 300);
	remember(__func__, ANON, 300);
}

void site_after_move(char *memory)
{
	write_pages(memory, 200);
	remember(__func__, ANON, 200);
}

static char *move(char *memory, size_t pages, size_t new_pages, char *to)
{
	int flags = to ? MREMAP_MAYMOVE | MREMAP_FIXED : MREMAP_MAYMOVE;
	char *moved = mremap(memory, pages * PAGE, new_pages * PAGE, flags, to);

	if (moved == MAP_FAILED || moved == memory)
		give_up("faults: cannot move memory");
	return moved;
}

/* To where the kernel likes, since it has no room to grow, and then to a place that is 7 pages off any larger unit. */
void site_moved(void)
{
	char *memory = map(701), *room = map(4096), *moved;

	map_at(memory + 700 * PAGE, 1, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1);
	write_pages(memory, 700);
	moved = move(memory, 700, 900, NULL);
	site_in_old_place(memory);
	site_after_move(moved + 700 * PAGE);
	move(moved, 900, 900, room + 7 * PAGE);
	remember(__func__, ANON, 700);
}

static unsigned char present[64 * HUGE_PAGES];

static size_t resident_pages(char *memory, size_t pages)
{
	size_t nr = 0;

	if (pages > sizeof(present) || mincore(memory, pages * PAGE, present))
		give_up("faults: mincore failed");
	for (size_t i = 0; i < pages; i++)
		nr += present[i] & 1;
	return nr;
}

static char *huge_aligned(char *memory)
{
	uintptr_t size = HUGE_PAGES * PAGE;

	return (char *)(((uintptr_t)memory + size - 1) / size * size);
}

/* Without huge pages to be had, each write makes one page. */
void site_huge(void)
{
	char *memory = huge_aligned(map(5 * HUGE_PAGES));

	madvise(memory, 4 * HUGE_PAGES * PAGE, MADV_HUGEPAGE);
	for (int i = 0; i < 4; i++)
		memory[(i * HUGE_PAGES + 100 * i) * PAGE] = 1;
	remember(__func__, ANON, resident_pages(memory, 4 * HUGE_PAGES));
}

void site_huge_later(char *memory)
{
	madvise(memory, HUGE_PAGES * PAGE, MADV_HUGEPAGE);
	memory[200 * PAGE] = 1;
	remember(__func__, ANON, resident_pages(memory, HUGE_PAGES));
}

/* Small pages where a huge page is later. */
void site_small_before(void)
{
	char *memory = huge_aligned(map(2 * HUGE_PAGES));

	madvise(memory, HUGE_PAGES * PAGE, MADV_NOHUGEPAGE);
	write_pages(memory, HUGE_PAGES);
	madvise(memory, HUGE_PAGES * PAGE, MADV_DONTNEED);
	remember(__func__, ANON, 0);
	site_huge_later(memory);
}

void site_read_into(void)
{
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	if (read(zero, map(500), 500 * PAGE) != 500 * PAGE)
		give_up("faults: cannot read /dev/zero");
	close(zero);
	remember(__func__, ANON, 500);
}

void site_only_read(void)
{
	read_pages(map(300), 300);
	remember(__func__, ANON, 0);
}

void site_write_after_read(char *memory)
{
	write_pages(memory, 200);
	remember(__func__, ANON, 200);
}

void site_read_before_write(void)
{
	char *memory = map(256);

	read_pages(memory, 256);
	remember(__func__, ANON, 0);
	site_write_after_read(memory);
}

void site_file_read(void)
{
	read_pages(map_at(NULL, FILE_PAGES, MAP_PRIVATE, file), FILE_PAGES);
	remember(__func__, FILES, FILE_PAGES);
}

void site_file_copied(void)
{
	write_pages(map_at(NULL, FILE_PAGES, MAP_PRIVATE, file), FILE_PAGES);
	remember(__func__, ANON, FILE_PAGES);
}

/* The pages of the file that were read before are written to: they become the process's own. */
void site_file_read_then_copied(void)
{
	char *memory = map_at(NULL, FILE_PAGES, MAP_PRIVATE, file);

	read_pages(memory, FILE_PAGES);
	write_pages(memory, FILE_PAGES);
	remember(__func__, ANON, FILE_PAGES);
}

void site_file_shared(void)
{
	write_pages(map_at(NULL, FILE_PAGES, MAP_SHARED, file), FILE_PAGES);
	remember(__func__, FILES, FILE_PAGES);
}

void site_shared_memory(void)
{
	write_pages(map_at(NULL, 128, MAP_SHARED | MAP_ANONYMOUS, -1), 128);
	remember(__func__, SHMEM, 128);
}

/* Where other memory was before: its stack has nothing to do with it any more. */
void site_before_populate(void)
{
	char *memory = map(200);

	write_pages(memory, 200);
	munmap(memory, 200 * PAGE);
	map_at(memory, 200, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_FIXED_NOREPLACE, -1);
	nobody += 200;
	remember(__func__, ANON, 0);
}

void site_locked(void)
{
	if (mlock(map(10), 10 * PAGE) == 0)
		nobody += 10;
	remember(__func__, ANON, 0);
}

/* A child that has written to some of the memory, and lives on. */
static void fork_writer(char *memory, size_t pages)
{
	int ends[2];
	char done;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) || (pid = fork()) < 0)
		give_up("faults: cannot fork");
	if (pid == 0) {
		write_pages(memory, pages);
		write(ends[1], "", 1);
		for (;;)
			if (!heard_line())
				_exit(0);
	}
	close(ends[1]);
	read(ends[0], &done, 1);
	close(ends[0]);
}

/* Copies pages that it shares with a child; their number stays the same. */
void site_over_shared(char *memory)
{
	write_pages(memory, 150);
	remember(__func__, ANON, 0);
}

void site_before_fork(void)
{
	char *memory = map(300);

	write_pages(memory, 300);
	fork_writer(memory, 100);
	site_over_shared(memory);
	remember(__func__, ANON, 300);
}

void site_brk(void)
{
	char *memory = sbrk(400 * PAGE);
	char *first = (char *)(((uintptr_t)memory + PAGE - 1) / PAGE * PAGE);

	if (memory == (char *)-1)
		give_up("faults: no memory");
	write_pages(first, 399);
	sbrk(-150 * (intptr_t)PAGE);
	remember(__func__, ANON, 250 - (first != memory));
}

static size_t page_of(const volatile void *address)
{
	return (uintptr_t)address / PAGE;
}

/* Downwards, as a stack grows. The topmost page was touched by the caller. */
void site_thread_stack(size_t callers_page)
{
	volatile char memory[64 * PAGE];
	size_t pages = page_of(memory + sizeof(memory) - 1) - page_of(memory) + 1;

	for (size_t i = sizeof(memory); i > 0; i -= PAGE)
		memory[i - 1] = 1;
	memory[0] = 1;
	remember(__func__, ANON, pages - (page_of(memory + sizeof(memory) - 1) == callers_page));
	for (;;)
		pause();
}

static void *run_thread(void *unused)
{
	char local;

	(void)unused;
	site_thread_stack(page_of(&local));
	return NULL;
}

/* The thread never ends, and neither does its stack. */
static void start_thread(void)
{
	size_t before = nr_truths;
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_thread, NULL))
		give_up("faults: cannot start a thread");
	while (__atomic_load_n(&nr_truths, __ATOMIC_ACQUIRE) == before)
		usleep(1000);
}

#define BLOCKS 1024
static char *blocks[BLOCKS];
static char *heap; /* where brk began */

/* Resident ones. */
static size_t heap_pages(void)
{
	return resident_pages(heap, page_of((char *)sbrk(0) + PAGE - 1) - page_of(heap));
}

/* 64 MB in blocks that malloc takes from the top of the heap, and gives back when they are free. */
void site_malloc_trimmed(void)
{
	enum { SIZE = 65536 };
	size_t before = heap_pages();

	for (int i = 0; i < BLOCKS; i++) {
		blocks[i] = malloc(SIZE);
		write_pages(blocks[i], SIZE / PAGE);
	}
	for (int i = BLOCKS; i-- > 0;)
		free(blocks[i]);
	remember(__func__, ANON, heap_pages() - before);
}

static char *protected_memory;

static void unprotect(int signal)
{
	(void)signal;
	mprotect(protected_memory, 50 * PAGE, PROT_READ | PROT_WRITE);
}

/* The first write is refused, and made again by the handler's return. */
void site_protected(void)
{
	protected_memory = map(50);
	mprotect(protected_memory, 50 * PAGE, PROT_NONE);
	signal(SIGSEGV, unprotect);
	write_pages(protected_memory, 50);
	remember(__func__, ANON, 50);
}

static void run_sites(void)
{
	site_kept();
	site_unmapped();
	site_dropped();
	site_replaced();
	site_moved();
	site_huge();
	site_small_before();
	site_read_into();
	site_only_read();
	site_read_before_write();
	site_file_read();
	site_file_copied();
	site_file_read_then_copied();
	site_file_shared();
	site_shared_memory();
	site_before_populate();
	site_locked();
	site_before_fork();
	site_brk();
	start_thread();
	site_malloc_trimmed();
	site_protected();
}

static void say_pages(void)
{
	char text[4096];
	int length = snprintf(text, sizeof(text), "{\"nobody\":%zu,\"sites\":{", nobody);

	for (size_t i = 0; i < nr_truths; i++)
		length += snprintf(text + length, sizeof(text) - length, "%s\"%s\":{\"kind\":\"%s\",\"pages\":%zu}", i ? "," : "",
				   truths[i].site, kinds[truths[i].kind], truths[i].pages);
	snprintf(text + length, sizeof(text) - length, "}}\n");
	say(text);
}

static void open_file(const char *path)
{
	static char content[FILE_PAGES * PAGE];

	file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0 || read(file, content, sizeof(content)) != sizeof(content))
		give_up("faults: FILE must have 64 pages");
}

int main(int argc, char **argv)
{
	if (argc != 2)
		give_up("usage: faults FILE");
	heap = (char *)(page_of((char *)sbrk(0) + PAGE - 1) * PAGE);
	memset(present, 1, sizeof(present)); /* or these would become resident in the middle of a site */
	memset(blocks, 1, sizeof(blocks));
	open_file(argv[1]);
	say("ready\n");
	if (!heard_line())
		return 0;
	run_sites();
	say_pages();
	heard_line();
	return 0;
}
