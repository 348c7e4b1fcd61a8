/* Between the parts of trouble.c. */
#ifndef TROUBLE_H
#define TROUBLE_H

#include "tally.h"

#define SITE __attribute__((noipa))

struct block site_thread(void);

void wait_for_go(void);
/* Says the truth, and waits for a line; the exit code. */
int finish(void);
/* For a line on stdin, but not for long. */
void wait_a_moment(void);

/* --- trouble-threads.c: modes --- */
int run_threads(const char *count);
int leave_before(const char *unused);
int leave_while_traced(const char *unused);
int leave_twice(const char *unused);

#endif
