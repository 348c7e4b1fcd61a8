/* The stacks that a program allocated from, as libgcc's unwinder sees them. Safe to use from
 * several threads, and from a signal handler that does not interrupt another use.
 *
 * The truth is one line of JSON:
 *
 *     {"modules":["/path/of/program",...],"stacks":[{"calls":3,"bytes":48,"frames":[0,4660,...]},...]}
 *
 * frames: root first, two numbers each: the module, and the address in it as its symbol table has
 * it, of the call rather than of what comes after it. The leaf is recorded_malloc. -1 and the plain
 * address stand for code in no module.
 */
#ifndef STACKS_H
#define STACKS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* malloc, whose stack is taken and counted first. */
void *recorded_malloc(size_t size);
void recorded_free(void *block);
/* Says "ready" and waits for a line. */
void wait_to_start(void);
/* Says the truth and waits for a line. */
void say_stacks(void);

#ifdef __cplusplus
}
#endif

#endif
