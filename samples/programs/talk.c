#include "talk.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(fd, text, left);

		if (n < 0)
			_exit(1);
		text += n;
		left -= n;
	}
}

void say(const char *text)
{
	write_all(STDOUT_FILENO, text);
}

bool heard_line(void)
{
	char c;

	while (read(STDIN_FILENO, &c, 1) == 1)
		if (c == '\n')
			return true;
	return false;
}

_Noreturn void give_up(const char *what)
{
	write_all(STDERR_FILENO, what);
	write_all(STDERR_FILENO, "\n");
	_exit(2);
}
