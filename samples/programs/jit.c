/* Writes functions at run time and calls them, as a JIT compiler does; each keeps a frame pointer.
 *
 *     jit [WORD...]
 *
 * late: writes them when told to start, says "written" and waits for another line. map: names them in
 * /tmp/perf-PID.map, PID as it sees itself. child: each call is made by a child of its own, which ends at
 * once. Talks as truth.c does; has no truth to tell: jit_outer calls jit_inner, and that malloc(48), a
 * thousand times, or fifty by children.
 */
#include "frames.h"
#include "talk.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static const int outer_at = 0x100, inner_at = 0x200;

typedef void *(*jitted_function)(void);

/* push rbp; mov rbp, rsp; push rbx; sub rsp, 8; mov rax, INNER; call rax; add rsp, 8; pop rbx; pop rbp; ret */
static const uint8_t outer_code[] = { 0x55, 0x48, 0x89, 0xe5, 0x53, 0x48, 0x83, 0xec, 0x08, 0x48, 0xb8,
				      0,    0,	  0,	0,    0,    0,	  0,	0,    0xff, 0xd0, 0x48,
				      0x83, 0xc4, 0x08, 0x5b, 0x5d, 0xc3 };
/* push rbp; mov rbp, rsp; mov edi, 48; mov rax, MALLOC; call rax; pop rbp; ret */
static const uint8_t inner_code[] = { 0x55, 0x48, 0x89, 0xe5, 0xbf, 0x30, 0, 0, 0, 0x48, 0xb8,
				      0,    0,	  0,	0,    0,    0,	  0, 0, 0xff, 0xd0, 0x5d, 0xc3 };
static const int outer_hole = 11, inner_hole = 11;

static void write_code(uint8_t *page)
{
	const uintptr_t callee = (uintptr_t)malloc, inner = (uintptr_t)page + inner_at;

	memcpy(page + outer_at, outer_code, sizeof(outer_code));
	memcpy(page + outer_at + outer_hole, &inner, sizeof(inner));
	memcpy(page + inner_at, inner_code, sizeof(inner_code));
	memcpy(page + inner_at + inner_hole, &callee, sizeof(callee));
}

static jitted_function write_functions(void)
{
	uint8_t *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		give_up("cannot map a page");
	write_code(page);
	if (mprotect(page, PAGE, PROT_READ | PROT_EXEC) != 0)
		give_up("cannot make code of it");
	return (jitted_function)(uintptr_t)(page + outer_at);
}

/* The format is START SIZE NAME; Linux, tools/perf/Documentation/jit-interface.txt. */
static void write_map(jitted_function outer)
{
	const uintptr_t start = (uintptr_t)outer;
	char path[64];
	FILE *map;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
	map = fopen(path, "w");
	if (map == NULL)
		give_up("cannot write the map");
	fprintf(map, "%lx %zx jit_outer\n", start, sizeof(outer_code));
	fprintf(map, "%lx %zx Function:~jit_inner file.js:7\n", start - outer_at + inner_at, sizeof(inner_code));
	fclose(map);
}

static KEPT void calls_jitted(jitted_function function)
{
	void *block = function();

	free(block);
	*(volatile jitted_function *)&function = NULL;
}

static bool has_word(char **words, const char *word)
{
	while (*words != NULL && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static void calls_in_child(jitted_function function)
{
	const pid_t child = fork();

	if (child < 0)
		give_up("cannot fork");
	if (child == 0) {
		calls_jitted(function);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static jitted_function prepare(char **words)
{
	jitted_function function = write_functions();

	if (has_word(words, "map"))
		write_map(function);
	return function;
}

int main(int argc, char **argv)
{
	const bool late = argc > 1 && has_word(argv + 1, "late");
	const bool is_parent = has_word(argv, "child");
	const int times = is_parent ? 50 : 1000;
	jitted_function function = late ? NULL : prepare(argv);

	say("ready\n");
	heard_line();
	if (late) {
		function = prepare(argv);
		say("written\n");
		heard_line();
	}
	for (int i = 0; i < times; i++)
		is_parent ? calls_in_child(function) : calls_jitted(function);
	say("done\n");
	heard_line();
	return 0;
}
