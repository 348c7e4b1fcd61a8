/* Memory that goes in other ways than by munmap, or comes in other ways than by a write. See faults.c. */
#define _GNU_SOURCE
#include "faults.h"
#include "talk.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1 */
#endif
#define PATIENCE 1000

/* Without swap, too: MADV_PAGEOUT throws away what was freed. */
static void site_freed_lazily(void)
{
	char *memory = map(500);

	write_pages(memory, 500);
	madvise(memory, 300 * PAGE, MADV_FREE);
	for (int i = 0; resident_pages(memory, 300) && i < PATIENCE; i++)
		madvise(memory, 300 * PAGE, MADV_PAGEOUT);
	remember(__func__, ANON, resident_pages(memory, 500));
}

static int new_memory_file(size_t pages)
{
	int memory_file = memfd_create("faults", MFD_CLOEXEC);

	if (memory_file < 0 || ftruncate(memory_file, pages * PAGE))
		give_up("faults: no memfd");
	return memory_file;
}

static void site_truncated(void)
{
	int memory_file = new_memory_file(400);

	write_pages(map_at(NULL, 400, MAP_SHARED, memory_file), 400);
	if (ftruncate(memory_file, 150 * PAGE))
		give_up("faults: no ftruncate");
	remember(__func__, SHMEM, 150);
}

static void site_punched(void)
{
	int memory_file = new_memory_file(400);

	write_pages(map_at(NULL, 400, MAP_SHARED, memory_file), 400);
	if (fallocate(memory_file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 50 * PAGE, 100 * PAGE))
		give_up("faults: no hole");
	remember(__func__, SHMEM, 300);
}

static void site_removed(void)
{
	char *memory = map_at(NULL, 400, MAP_SHARED | MAP_ANONYMOUS, -1);

	write_pages(memory, 400);
	madvise(memory, 200 * PAGE, MADV_REMOVE);
	remember(__func__, SHMEM, 200);
}

static void site_attached(void)
{
	int segment = shmget(IPC_PRIVATE, 300 * PAGE, IPC_CREAT | 0600);
	char *memory = shmat(segment, NULL, 0);

	shmctl(segment, IPC_RMID, NULL);
	if (memory == (char *)-1)
		give_up("faults: no shared memory segment");
	write_pages(memory, 300);
	remember(__func__, SHMEM, 300);
}

/* Of a block that is half there the kernel makes a huge page, which then belongs to who made the half. */
static void site_collapsed(void)
{
	char *memory = huge_aligned(map(2 * HUGE_PAGES));

	madvise(memory, HUGE_PAGES * PAGE, MADV_NOHUGEPAGE);
	write_pages(memory, HUGE_PAGES / 2);
	madvise(memory, HUGE_PAGES * PAGE, MADV_HUGEPAGE);
	madvise(memory, HUGE_PAGES * PAGE, MADV_COLLAPSE);
	remember(__func__, ANON, resident_pages(memory, HUGE_PAGES));
}

static void site_written_from_outside(char *from)
{
	char *memory = map(200);
	const struct iovec source = { from, 200 * PAGE }, target = { memory, 200 * PAGE };

	if (process_vm_writev(getpid(), &source, 1, &target, 1, 0) != 200 * (ssize_t)PAGE)
		give_up("faults: no process_vm_writev");
	nobody += resident_pages(memory, 200);
}

/* Comes back without a fault: it has nothing to do with who touched it before. */
static void site_before_populate_again(void)
{
	char *dropped = map(300), *replaced = map(200);

	write_pages(dropped, 300);
	madvise(dropped + 100 * PAGE, 150 * PAGE, MADV_DONTNEED);
	if (madvise(dropped + 100 * PAGE, 150 * PAGE, MADV_POPULATE_WRITE))
		give_up("faults: no MADV_POPULATE_WRITE");
	write_pages(replaced, 200);
	map_at(replaced, 200, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_FIXED, -1);
	nobody += 150 + 200;
	remember(__func__, ANON, 150);
}

/* Locked memory cannot be dropped. */
static void site_not_dropped(void)
{
	char *memory = map(60);

	write_pages(memory, 60);
	if (mlock(memory, 60 * PAGE) || madvise(memory, 60 * PAGE, MADV_DONTNEED) == 0)
		give_up("faults: no mlock");
	remember(__func__, ANON, 60);
}

static char source[200 * 4096];

void prepare_dropped_sites(void)
{
	write_pages(source, 200);
}

void run_dropped_sites(void)
{
	site_freed_lazily();
	site_truncated();
	site_punched();
	site_removed();
	site_attached();
	site_collapsed();
	site_before_populate_again();
	site_not_dropped();
	site_written_from_outside(source);
}
