// SPDX-License-Identifier: MIT
/* Makes the unwind table of a file and says, as a line of JSON, how large it is and how long that took. */
#include <stdlib.h>
#include "module.h"
#include "unwind.h"

static uint32_t distinct_rules(const struct unwind_table *table)
{
	bool *seen = allocate(MAX_RULES);
	const struct unwind_row *rows;
	uint32_t nr, distinct = 0;

	rows = all_unwind_rows(&nr);
	for (uint32_t i = table->first_row; i < table->first_row + table->nr_rows; i++) {
		distinct += !seen[rows[i].rule];
		seen[rows[i].rule] = true;
	}
	free(seen);
	return distinct;
}

int main(int argc, char **argv)
{
	const struct unwind_table *table;
	struct module *module;
	double start;

	if (argc != 2)
		die(2, "usage: tables FILE");
	module = module_of(argv[1]);
	start = now_ms();
	table = unwind_table_of(module);
	if (!table || !table->nr_rows)
		die(1, "%s has no unwind table", argv[1]);
	printf("{\"ms\":%.2f,\"rows\":%u,\"bytes\":%zu,\"rules\":%u}\n", now_ms() - start, table->nr_rows,
	       table->nr_rows * sizeof(struct unwind_row), distinct_rules(table));
	return 0;
}
