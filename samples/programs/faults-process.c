/* Files, shared memory, forks, brk, stacks, malloc. See faults.c. */
#define _GNU_SOURCE
#include "faults.h"
#include "talk.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	size_t before = nr_remembered();
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_thread, NULL))
		give_up("faults: cannot start a thread");
	while (nr_remembered() == before)
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

void prepare_process_sites(void)
{
	heap = (char *)(page_of((char *)sbrk(0) + PAGE - 1) * PAGE);
	memset(blocks, 1, sizeof(blocks));
}

void run_process_sites(void)
{
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
