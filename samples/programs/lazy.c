/* Calls a function for the first time once it is told to. The dynamic linker binds it then, and has it chosen:
 * see lazy-library.c. Talks as truth.c does, and has no truth to tell but "bound". */
#include "frames.h"
#include "talk.h"

void bound_late(void);

static KEPT void call_late(void)
{
	bound_late();
	say("bound\n");
}

int main(void)
{
	say("ready\n");
	heard_line();
	call_late();
	heard_line();
	return 0;
}
