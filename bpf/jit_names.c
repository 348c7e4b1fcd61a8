// SPDX-License-Identifier: MIT
/*
 * Reads a perf-PID.map: one function a line, `START SIZE name`, hexadecimal; Linux,
 * tools/perf/Documentation/jit-interface.txt. JIT compilers append to it, so of several functions at one
 * address the last is the one that was there when the trace ended. The file may be huge and is never held
 * in memory: for each address that wants a name we remember where in the file the last one stands.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "frames.h"

#define LONGEST_LINE 65536

static const uint64_t most_bytes = 1 << 30; /* of all maps */

/*
 * A segment tree over the addresses. A line takes a range of them: it is noted at the few nodes that
 * make up the range, and what holds for an address is the last line noted between its leaf and the root.
 */
struct claims {
	const struct jit_code *codes; /* ascending */
	size_t nr;
	uint64_t *last; /* per node, leaves from `nr` on: where the name starts in the file; 0: none */
};

static size_t first_from(const struct claims *claims, uint64_t address)
{
	size_t low = 0, high = claims->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (claims->codes[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void claim(struct claims *claims, uint64_t start, uint64_t end, uint64_t name)
{
	size_t low = first_from(claims, start), high = low;

	if (low < claims->nr && claims->codes[low].address < end)
		high = first_from(claims, end);
	for (low += claims->nr, high += claims->nr; low < high; low /= 2, high /= 2) {
		if (low & 1)
			claims->last[low++] = name;
		if (high & 1)
			claims->last[--high] = name;
	}
}

static uint64_t last_claim(const struct claims *claims, size_t index)
{
	uint64_t last = 0;

	for (size_t node = index + claims->nr; node; node /= 2)
		if (claims->last[node] > last)
			last = claims->last[node];
	return last;
}

static unsigned digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : 16;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Moves on to the word behind the number; what is no digit, as a line's end, stops it. */
static bool read_hex(const char **at, uint64_t *value)
{
	const char *start;

	*at += (*at)[0] == '0' && (*at)[1] == 'x' ? 2 : 0;
	*value = 0;
	for (start = *at; digit_of(**at) < 16; ++*at)
		*value = *value << 4 | digit_of(**at);
	if (*at == start || *at - start > 16 || !is_blank(**at))
		return false;
	while (is_blank(**at))
		++*at;
	return true;
}

/* False for a line that is none of a map; `line` ends with a newline and stands at `offset` in the file. */
static bool take_line(struct claims *claims, const char *line, uint64_t offset)
{
	const char *at = line;
	uint64_t start, size;

	if (!read_hex(&at, &start) || !read_hex(&at, &size) || *at == '\n' || start + size < start)
		return false;
	claim(claims, start, start + size, offset + (at - line));
	return true;
}

struct text {
	char content[LONGEST_LINE];
	size_t length;
	uint64_t offset; /* of the content in the file */
};

/* Takes the whole lines and keeps the rest; a line that does not fit is malformed. */
static uint64_t take_lines(struct claims *claims, struct text *text)
{
	const char *line = text->content, *end = text->content + text->length, *newline;
	uint64_t malformed = 0;

	while ((newline = memchr(line, '\n', end - line))) {
		malformed += !take_line(claims, line, text->offset + (line - text->content));
		line = newline + 1;
	}
	if (line == text->content && text->length == sizeof(text->content)) {
		line = end;
		malformed++;
	}
	text->offset += line - text->content;
	text->length = end - line;
	memmove(text->content, line, text->length);
	return malformed;
}

/* A last line without an end is still being written, and left out. */
static const char *take_file(struct claims *claims, int fd, uint64_t *malformed)
{
	static uint64_t taken;
	struct text *text = allocate(sizeof(*text));
	const char *problem = NULL;
	ssize_t got;

	while ((got = pread(fd, text->content + text->length, sizeof(text->content) - text->length,
			    text->offset + text->length)) > 0) {
		taken += got;
		text->length += got;
		if (taken > most_bytes) {
			problem = "the rest of it is left out, for there is more than 1 GiB of such maps";
			break;
		}
		*malformed += take_lines(claims, text);
	}
	free(text);
	return got < 0 ? strerror(errno) : problem;
}

/* A new string: the rest of the line at the offset; NULL when it is not there any more. */
static char *name_at(int fd, uint64_t offset)
{
	char *name = NULL;
	ssize_t got = 0;

	for (size_t room = 256; room <= LONGEST_LINE; room *= 4) {
		free(name);
		name = allocate(room + 1);
		got = pread(fd, name, room, offset);
		if (got < (ssize_t)room || memchr(name, '\n', got))
			break;
	}
	name[strcspn(name, "\n")] = 0;
	if (*name)
		return name;
	free(name);
	return NULL;
}

static int by_address(const void *left, const void *right)
{
	const struct jit_code *a = left, *b = right;

	return (a->address > b->address) - (a->address < b->address);
}

static int by_line(const void *left, const void *right)
{
	const struct jit_code *a = left, *b = right;

	return (a->line > b->line) - (a->line < b->line);
}

/* Each name once, however many addresses it has. */
static void read_names(int fd, struct jit_code *codes, size_t nr)
{
	qsort(codes, nr, sizeof(*codes), by_line);
	for (size_t i = 0; i < nr; i++)
		if (codes[i].line)
			codes[i].name = i && codes[i].line == codes[i - 1].line ? codes[i - 1].name :
										  name_at(fd, codes[i].line);
}

const char *read_jit_map(int fd, struct jit_code *codes, size_t nr, uint64_t *malformed)
{
	struct claims claims = { codes, nr, allocate(2 * nr * sizeof(*claims.last)) };
	const char *problem;

	qsort(codes, nr, sizeof(*codes), by_address);
	problem = take_file(&claims, fd, malformed);
	for (size_t i = 0; i < nr; i++)
		codes[i].line = last_claim(&claims, i);
	free(claims.last);
	read_names(fd, codes, nr);
	return problem;
}
