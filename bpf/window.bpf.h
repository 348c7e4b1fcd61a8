/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Reads a user stack in pieces: what a walk needs lies close together. */
#ifndef MEMSTACKS_WINDOW_BPF_H
#define MEMSTACKS_WINDOW_BPF_H

#define WINDOW_WORDS 256 /* a power of two */
#define SMALLEST_PAGE 4096

/* A copy of a piece of the stack. */
struct window {
	__u64 start, length; /* where it was copied from; length is 0 when it holds nothing */
	__u64 word[WINDOW_WORDS];
};

/*
 * A copy of half a page costs hardly more than one of a word. But it ends with the page: the next one may not
 * be there, and a fault costs as much as a walk. Nor is it more than `most` bytes, at least a word.
 */
static __always_inline bool move_window(struct window *window, __u64 start, __u64 most)
{
	__u32 length = SMALLEST_PAGE - (start & (SMALLEST_PAGE - 1));

	if (length < sizeof(__u64))
		length = sizeof(__u64); /* no compiler's stack: a word in two pages */
	if (length > most)
		length = most;
	if (length > sizeof(window->word))
		length = sizeof(window->word);
	window->start = start;
	window->length = bpf_probe_read_user(window->word, length, (void *)start) ? 0 : length & ~7;
	return window->length != 0;
}

/* A word of the stack, or NULL. It is good until the next one is asked for. */
static __always_inline __u64 *stack_word(struct window *window, __u64 address)
{
	__u64 offset = address - window->start;

	if (offset >= window->length || offset & 7) {
		if (!move_window(window, address, sizeof(window->word)))
			return NULL;
		offset = 0;
	}
	return &window->word[offset / 8 % WINDOW_WORDS];
}

static __always_inline bool read_stack(struct window *window, __u64 address, __u64 *value)
{
	__u64 *word = stack_word(window, address);

	if (word)
		*value = *word;
	return word != NULL;
}

#endif
