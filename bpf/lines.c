// SPDX-License-Identifier: MIT
/*
 * Source lines and inlined functions, by llvm-symbolizer: a query a line, `FILE ADDRESS`, and an answer
 * a line, in JSON, because names may hold anything;
 * https://llvm.org/docs/CommandGuide/llvm-symbolizer.html
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include "child.h"
#include "clock.h"
#include "frames.h"

static const uint64_t answer_limit_ns = 30000000000, limit_ns = 300000000000;
static const uint64_t most_text = 1 << 30; /* of all answers */
static const size_t window = 64; /* queries under way: they always fit the pipe */

enum { MOST_SOURCES = 200 }; /* of one address; more than this is no program but a trap */

struct talk {
	struct child child;
	struct source_query **queries; /* each distinct one */
	size_t nr, asked, answered;
	uint64_t text; /* length of the answers so far */
	uint64_t refused; /* queries that it could not answer, */
	char *refusal; /* and why, for the first of them */
};

static int by_question(const void *left, const void *right)
{
	const struct source_query *a = left, *b = right;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return (a->address > b->address) - (a->address < b->address);
}

static const char *text_in(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static struct source source_of(struct json_object *symbol)
{
	const char *function = text_in(symbol, "FunctionName"), *file = text_in(symbol, "FileName");
	int64_t line = json_object_get_int64(json_object_object_get(symbol, "Line"));
	struct source source = { 0 };

	if (function && *function)
		source.function = demangled(function);
	if (file && *file && line > 0 && line <= UINT32_MAX) {
		source.file = duplicate(file);
		source.line = line;
	}
	return source;
}

static void refuse(struct talk *talk, const char *reason)
{
	if (!talk->refused++)
		talk->refusal = duplicate(reason);
}

static void take_sources(struct talk *talk, struct source_query *query, struct json_object *symbols)
{
	size_t nr = json_object_array_length(symbols), first = nr > MOST_SOURCES ? nr - 1 : 0;
	struct source *sources = allocate((nr - first + 1) * sizeof(*sources));

	if (first)
		refuse(talk, "too many inlined functions at one address");
	for (size_t i = first; i < nr; i++)
		sources[i - first] = source_of(json_object_array_get_idx(symbols, i));
	query->found = (struct source_list){ sources, nr - first };
}

static bool is_about(struct json_object *answer, const struct source_query *query)
{
	const char *address = text_in(answer, "Address");

	return address && strtoull(address, NULL, 16) == query->address;
}

/* False when it is no answer to the query. */
static bool take_answer(struct talk *talk, const char *text)
{
	struct source_query *query = talk->queries[talk->answered];
	struct json_object *answer = json_tokener_parse(text);
	struct json_object *symbols = json_object_object_get(answer, "Symbol");
	const char *error = text_in(json_object_object_get(answer, "Error"), "Message");
	bool fits = is_about(answer, query) && (error || json_object_is_type(symbols, json_type_array));

	if (fits && error)
		refuse(talk, error);
	else if (fits)
		take_sources(talk, query, symbols);
	json_object_put(answer);
	return fits;
}

static void ask_some(struct talk *talk)
{
	char line[64];

	for (; talk->asked < talk->nr && talk->asked - talk->answered < window; talk->asked++) {
		const struct source_query *query = talk->queries[talk->asked];

		snprintf(line, sizeof(line), "/proc/self/fd/%d 0x%" PRIx64 "\n", query->file, query->address);
		if (!child_ask(&talk->child, line))
			return;
	}
}

static void converse(struct talk *talk)
{
	const uint64_t end_ns = clock_ns() + limit_ns;

	for (; talk->answered < talk->nr; talk->answered++) {
		uint64_t deadline_ns = clock_ns() + answer_limit_ns;
		char *answer;

		ask_some(talk);
		answer = child_answer(&talk->child, deadline_ns < end_ns ? deadline_ns : end_ns);
		if (!answer)
			return;
		talk->text += strlen(answer);
		if (talk->text > most_text || !take_answer(talk, answer)) {
			talk->child.problem = talk->text > most_text ? "its answers are too long" :
								       "its answer makes no sense";
			return;
		}
	}
}

static void report(const struct talk *talk, bool installed)
{
	if (!installed)
		event_warning("llvm-symbolizer is not installed: frames stay without source lines and inlined "
			      "functions; apt-get install llvm");
	else if (talk->child.problem)
		event_warning("llvm-symbolizer (LLVM 13 or later is needed): %s; %zu of %zu code addresses lack source "
			      "lines and inlined functions", talk->child.problem, talk->nr - talk->answered, talk->nr);
	if (talk->refused)
		event_warning("llvm-symbolizer could not say the source lines of %" PRIu64 " of %zu code addresses: %s",
			      talk->refused, talk->nr, talk->refusal);
}

static void consult(struct talk *talk, const int *files, size_t nr_files)
{
	static const char *const names[] = { "llvm-symbolizer", "llvm-symbolizer-20", "llvm-symbolizer-19",
					     "llvm-symbolizer-18", "llvm-symbolizer-17", "llvm-symbolizer-16",
					     "llvm-symbolizer-15", "llvm-symbolizer-14", NULL };
	const char *arguments[] = { NULL, "--output-style=JSON", "--inlines", "--no-demangle",
				    "--functions=linkage", "--no-untag-addresses", NULL };
	const struct task task = { names, arguments, files, nr_files };

	talk->child = child_start(&task);
	converse(talk);
	report(talk, child_end(&talk->child));
	free(talk->refusal);
}

static bool is_same(const struct source_query *a, const struct source_query *b)
{
	return a->file == b->file && a->address == b->address;
}

/* Sorted by file, so that llvm-symbolizer can go from one to the next. */
void find_sources(struct source_query *queries, size_t nr)
{
	struct talk talk = { .queries = allocate((nr + 1) * sizeof(*talk.queries)) };
	int *files = allocate((nr + 1) * sizeof(*files));
	size_t nr_files = 0;

	if (nr)
		qsort(queries, nr, sizeof(*queries), by_question);
	for (size_t i = 0; i < nr; i++) {
		if (!i || queries[i].file != queries[i - 1].file)
			files[nr_files++] = queries[i].file;
		if (!i || !is_same(&queries[i], &queries[i - 1]))
			talk.queries[talk.nr++] = &queries[i];
	}
	if (nr)
		consult(&talk, files, nr_files);
	for (size_t i = 1; i < nr; i++)
		if (is_same(&queries[i], &queries[i - 1]))
			queries[i].found = queries[i - 1].found;
	free(files);
	free(talk.queries);
}
