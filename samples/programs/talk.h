/* How the sample programs talk to whoever started them: lines over stdin and stdout, without
 * stdio, which would allocate while it is being traced. */
#ifndef TALK_H
#define TALK_H

#include <stdbool.h>

/* Writes all of text to stdout; ends the program when nobody reads it any more. */
void say(const char *text);

/* Waits for one line on stdin; false at its end. */
bool heard_line(void);

/* Says what is wrong on stderr and ends the program with exit code 2. */
_Noreturn void give_up(const char *what);

#endif
