/* Confines itself by seccomp to what it needs, and allocates: whoever makes it do another system call
 * kills it. Talks as truth does.
 */
#include "tally.h"
#include "talk.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define ROUNDS 1000

static struct tally own = { .site = "site_confined" };

#define ALLOW(name)                                                  \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),       \
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static void confine_myself(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(read), ALLOW(write), ALLOW(getrandom), ALLOW(brk), ALLOW(mmap), ALLOW(munmap), ALLOW(exit_group),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog filter = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
		give_up("cannot confine itself");
}

__attribute__((noipa)) struct block site_confined(size_t size)
{
	return taken(&own, malloc(size), size);
}

int main(void)
{
	confine_myself();
	say("ready\n");
	heard_line();
	for (int i = 0; i < ROUNDS; i++) {
		struct block block = site_confined(i % 10 ? 100 : 1 << 20);

		if (i % 2 == 0)
			release(block);
	}
	say_truth(&own, 1);
	heard_line();
	return 0;
}
