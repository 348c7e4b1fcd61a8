/* Waits for signals, without any libc, and so without an allocator. */
#include <sys/syscall.h>

void _start(void)
{
	for (;;) {
		long result = SYS_pause;

		__asm__ volatile("syscall" : "+a"(result) : : "rcx", "r11", "memory");
	}
}
