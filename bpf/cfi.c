// SPDX-License-Identifier: MIT
/*
 * The sections with call frame information: .debug_frame by DWARF 5 section 6.4.1, and .eh_frame with the
 * differences that the Linux Standard Base core specification has in its chapter "Exception Frames".
 */
#include <stdlib.h>
#include <string.h>
#include "cfi.h"

/* Which of the two formats a section has. */
enum format { EH_FRAME, DEBUG_FRAME };

struct parser {
	enum format format;
	struct cursor section;
	struct unwind_rows *rows;
	size_t nr_covered; /* rows that were there before, sorted: their functions are left out */
	const uint8_t *cie_at; /* where the CIE was that was read last: most files have two */
	struct cie cie;
	bool cie_is_good;
};

/* An entry of the section: a CIE, or an FDE that refers to one. */
struct entry {
	struct cursor body; /* behind the id */
	bool is_cie;
	const uint8_t *cie; /* of an FDE */
};

static const ptrdiff_t longest_cie = 512;

/* The letters of a CIE's augmentation; false for one that we do not know. */
static bool parse_augmentation(struct cursor *cursor, const char *letters, struct cie *cie)
{
	cie->has_augmentation_data = *letters == 'z';
	if (cie->has_augmentation_data)
		read_uleb(cursor);
	for (const char *letter = letters + cie->has_augmentation_data; *letter; letter++) {
		if (*letter == 'R')
			cie->pointer_encoding = read_bytes(cursor, 1);
		else if (*letter == 'L')
			read_bytes(cursor, 1);
		else if (*letter == 'P')
			read_pointer(cursor, read_bytes(cursor, 1) & 0x7f);
		else if (*letter == 'S')
			cie->is_signal_frame = true;
		else if (*letter != 'B') /* arm64: return addresses are signed with the B key */
			return false;
	}
	return true;
}

/* `cursor` stands behind the CIE id. False where there is something that we do not know. */
static bool parse_cie(struct cursor *cursor, struct cie *cie)
{
	const char *letters;
	uint8_t version = read_bytes(cursor, 1);

	memset(cie, 0, sizeof(*cie));
	letters = (const char *)cursor->at;
	while (read_bytes(cursor, 1))
		;
	if (cursor->bad || (version != 1 && version != 3 && version != 4))
		return false;
	if (version == 4 && read_bytes(cursor, 2) != 8)
		return false; /* addresses of 8 bytes without segments are the only ones there are */
	cie->code_factor = read_uleb(cursor);
	cie->data_factor = read_sleb(cursor);
	if (version == 1)
		read_bytes(cursor, 1);
	else
		read_uleb(cursor);
	if (!parse_augmentation(cursor, letters, cie))
		return false;
	cie->instructions = *cursor;
	/* It runs for every function; compilers write a handful of bytes, and the file is not ours to trust. */
	return !cursor->bad && cursor->end - cursor->at <= longest_cie;
}

/* Reads on in `section` by one entry. The two formats tell a CIE, and refer to it, in different ways. */
static struct entry read_entry(enum format format, struct cursor *section)
{
	uint64_t length = read_bytes(section, 4), id;
	unsigned width = format == DEBUG_FRAME && length == 0xffffffff ? 8 : 4;
	struct entry entry = { 0 };
	const uint8_t *id_at;

	if (length == 0xffffffff)
		length = read_bytes(section, 8);
	if ((size_t)(section->end - section->at) < length)
		section->bad = true;
	entry.body = *section;
	entry.body.end = section->bad ? section->at : section->at + length;
	section->at = entry.body.end;
	if (entry.body.at == entry.body.end)
		return entry; /* a terminator; more may follow */
	id_at = entry.body.at;
	id = read_bytes(&entry.body, width);
	entry.is_cie = id == (format == EH_FRAME ? 0 : width == 8 ? UINT64_MAX : UINT32_MAX);
	entry.cie = id > (size_t)(section->end - section->start) ? NULL :
		    format == EH_FRAME ? id_at - id : section->start + id;
	return entry;
}

static bool read_cie(const struct parser *parser, const uint8_t *at, struct cie *cie)
{
	struct cursor cursor = parser->section;
	struct entry entry;

	if (!at || at < cursor.start || at >= cursor.end)
		return false;
	cursor.at = at;
	cursor.bad = false;
	entry = read_entry(parser->format, &cursor);
	return entry.is_cie && !entry.body.bad && parse_cie(&entry.body, cie);
}

static const struct cie *find_cie(struct parser *parser, const uint8_t *at)
{
	if (parser->cie_at != at)
		parser->cie_is_good = read_cie(parser, at, &parser->cie);
	parser->cie_at = at;
	return parser->cie_is_good ? &parser->cie : NULL;
}

/* Whether the rows that were there before have a rule at the address. */
static bool is_covered(const struct parser *parser, uint64_t pc)
{
	size_t low = 0, high = parser->nr_covered;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (parser->rows->row[middle].pc <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	return low && parser->rows->row[low - 1].rule != RULE_NONE;
}

/* Runs an FDE. One that cannot be read gives no rows: the walk will say that it found none. */
static void parse_fde(struct parser *parser, struct entry *entry)
{
	const struct cie *cie = find_cie(parser, entry->cie);
	struct cursor *body = &entry->body;
	struct function_range range;
	uint64_t skip;

	if (!cie)
		return;
	range.start = read_pointer(body, cie->pointer_encoding);
	range.end = range.start + read_pointer(body, cie->pointer_encoding & 0x0f);
	if (cie->has_augmentation_data) {
		skip = read_uleb(body);
		body->at = skip <= (size_t)(body->end - body->at) ? body->at + skip : body->end;
	}
	/* Linkers leave the entries of functions that they dropped, at address 0. */
	if (body->bad || range.end <= range.start || !range.start || is_covered(parser, range.start))
		return;
	run_function(cie, body, &range, parser->rows);
	add_row(parser->rows, range.end, (struct unwind_rule){ .cfa_kind = CFA_NONE });
}

static void parse_section(struct parser *parser)
{
	struct cursor *section = &parser->section;

	while (section->at < section->end && !section->bad && parser->rows->nr < parser->rows->most) {
		struct entry entry = read_entry(parser->format, section);

		if (!entry.is_cie && entry.cie)
			parse_fde(parser, &entry);
	}
}

void parse_eh_frame(struct cursor section, struct unwind_rows *rows)
{
	struct parser parser = { .format = EH_FRAME, .section = section, .rows = rows };

	parse_section(&parser);
}

void parse_debug_frame(struct cursor section, struct unwind_rows *rows)
{
	struct parser parser = { .format = DEBUG_FRAME, .section = section, .rows = rows, .nr_covered = rows->nr };

	parse_section(&parser);
}
