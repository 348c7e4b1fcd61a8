/* Lets a worker thread of the kernel make its memory resident: an asynchronous read of io_uring(7).
 *
 *     uring
 *
 * Says "ready", waits for a line on stdin, reads /dev/zero into new memory, says how many pages of it there are, waits for
 * another line or the end of stdin, and ends.
 */
#include "talk.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096
#define PAGES 100

static void *map(unsigned long size, int fd, unsigned long offset)
{
	int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, offset);

	if (memory == MAP_FAILED)
		give_up("uring: no memory");
	return memory;
}

/* One request, which a worker shall carry out. */
static void read_by_worker(int ring, struct io_uring_params *params, char *memory)
{
	char *queue = map(params->sq_off.array + params->sq_entries * sizeof(unsigned), ring, IORING_OFF_SQ_RING);
	struct io_uring_sqe *request = map(sizeof(*request), ring, IORING_OFF_SQES);
	unsigned *tail = (unsigned *)(queue + params->sq_off.tail);

	request->opcode = IORING_OP_READ;
	request->flags = IOSQE_ASYNC;
	request->fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	request->addr = (unsigned long)memory;
	request->len = PAGES * PAGE;
	*(unsigned *)(queue + params->sq_off.array) = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		give_up("uring: cannot submit");
}

int main(void)
{
	struct io_uring_params params = { 0 };
	int ring = syscall(SYS_io_uring_setup, 1, &params);
	char *memory = map(PAGES * PAGE, -1, 0);

	if (ring < 0)
		give_up("uring: not allowed here");
	say("ready\n");
	if (!heard_line())
		return 0;
	read_by_worker(ring, &params, memory);
	say("100\n");
	heard_line();
	return 0;
}
