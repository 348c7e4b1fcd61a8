/* What the parts of frames.c have for each other. */
#ifndef FRAMES_PARTS_H
#define FRAMES_PARTS_H

#include "frames.h"

#include <stddef.h>

#define STACK_SIZE (256 << 10)

/* For buffers that must not be optimised away. */
void touch(void *buffer);
void plain(int size);

/* frames-shapes.c: frames of every shape. */
long saves_registers(long a, long b, long c);
void with_array(int size);
void realigned(int size);
int recurse(int levels);
void take_shapes(int i);

/* frames-callbacks.c: called by libraries, in threads and on other stacks. */
void prepare_callbacks(const char *plugin);
void take_callbacks(int i);
void take_thread(void);
void ends_later(void);

/* frames-signals.c: interrupted by signals. */
void prepare_signals(void);
void raise_signals(void);
void take_alarms(void);
/* Once around everything that alarms and steps interrupt. */
void spin_once(long i);

/* frames-steps.c: interrupted at every instruction. Does nothing where a machine other than x86-64
 * has no flag for it. */
void take_steps(void);

/* frames-assembly.S: what only hand-written code does. Each calls `callback` with a size. */
typedef void (*callback_function)(int size);
void framed_by_rax(callback_function callback);
void framed_by_r10(callback_function callback);
void framed_by_r11(callback_function callback);
void returns_by_register(callback_function callback);
void switches_stack(callback_function callback, char *end);
void step_on(void);
void step_off(void);

#endif
