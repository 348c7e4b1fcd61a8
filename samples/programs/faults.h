/* Between the parts of faults.c. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#define PAGE ((size_t)4096)
#define HUGE_PAGES 512
#define FILE_PAGES 64

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

enum kind { ANON, FILES, SHMEM };

extern int file; /* of FILE_PAGES or more, in memory */
extern size_t nobody; /* pages that became resident without a fault */

/* Notes how many pages of a site stay. */
void remember(const char *site, enum kind kind, size_t pages);
/* How many sites have been noted so far, by whatever thread. */
size_t nr_remembered(void);

char *map_at(char *at, size_t pages, int flags, int fd);
char *map(size_t pages);
/* As the kernel says it, of at most 64 huge pages. */
size_t resident_pages(char *memory, size_t pages);
/* What /proc/self/pagemap says of a page; Documentation/admin-guide/mm/pagemap.rst. */
uint64_t pagemap_entry(const char *page);

static inline size_t page_of(const volatile void *address)
{
	return (uintptr_t)address / PAGE;
}

/* The first place from there on where a huge page may begin. */
static inline char *huge_aligned(char *memory)
{
	uintptr_t size = HUGE_PAGES * PAGE;

	return (char *)(((uintptr_t)memory + size - 1) / size * size);
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

/* --- faults-memory.c: mappings of nobody else --- */
void run_memory_sites(void);

/* --- faults-dropped.c: memory that goes in other ways than by munmap, or comes in others than by a write --- */
void prepare_dropped_sites(void);
void run_dropped_sites(void);

/* --- faults-process.c: memory that the process shares, and what libc and the kernel map for it --- */
/* Before anything is noted: what would become resident in the middle of a site. */
void prepare_process_sites(void);
void run_process_sites(void);

/* --- faults-frames.c: what only page frames tell --- */
void run_frame_sites(void);

/* --- faults-swap.c: memory that goes to swap --- */
void prepare_swap_sites(void);
void run_swap_sites(void);

#endif
