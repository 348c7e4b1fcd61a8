/* Memory of a process alone: written, dropped, moved, huge. See faults.c. */
#define _GNU_SOURCE
#include "faults.h"
#include "talk.h"

#include <fcntl.h>
#include <unistd.h>

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

/* Without huge pages to be had, each write makes one page. */
void site_huge(void)
{
	char *memory = huge_aligned(map(5 * HUGE_PAGES));

	madvise(memory, 4 * HUGE_PAGES * PAGE, MADV_HUGEPAGE);
	for (int i = 0; i < 4; i++)
		memory[(i * HUGE_PAGES + 100 * i) * PAGE] = 1;
	remember(__func__, ANON, resident_pages(memory, 4 * HUGE_PAGES));
}

/* What is left of a huge page are small ones; the page that was written is not among them. */
void site_huge_split(void)
{
	char *memory = huge_aligned(map(2 * HUGE_PAGES));

	madvise(memory, HUGE_PAGES * PAGE, MADV_HUGEPAGE);
	memory[100 * PAGE] = 1;
	munmap(memory + 400 * PAGE, 112 * PAGE);
	madvise(memory + 90 * PAGE, 56 * PAGE, MADV_DONTNEED);
	remember(__func__, ANON, resident_pages(memory, 400));
}

/* Of a huge page of which a part is marked cold the kernel makes small ones. The page that was written first goes. */
void site_huge_broken_up(void)
{
	char *memory = huge_aligned(map(2 * HUGE_PAGES));

	madvise(memory, HUGE_PAGES * PAGE, MADV_HUGEPAGE);
	write_pages(memory, HUGE_PAGES); /* pages of nothing but zeros would become the page of zeros */
	madvise(memory + 200 * PAGE, 10 * PAGE, MADV_COLD);
	munmap(memory, 100 * PAGE);
	remember(__func__, ANON, resident_pages(memory + 100 * PAGE, 412));
}

/* To a place where it can be no huge page any more. */
void site_huge_moved(void)
{
	char *memory = huge_aligned(map(2 * HUGE_PAGES)), *room = huge_aligned(map(3 * HUGE_PAGES));

	madvise(memory, HUGE_PAGES * PAGE, MADV_HUGEPAGE);
	write_pages(memory, HUGE_PAGES);
	move(memory, HUGE_PAGES, HUGE_PAGES, room + 77 * PAGE);
	remember(__func__, ANON, resident_pages(room + 77 * PAGE, HUGE_PAGES));
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

void run_memory_sites(void)
{
	site_kept();
	site_unmapped();
	site_dropped();
	site_replaced();
	site_moved();
	site_huge();
	site_huge_split();
	site_huge_broken_up();
	site_huge_moved();
	site_small_before();
	site_read_into();
	site_only_read();
	site_read_before_write();
}
