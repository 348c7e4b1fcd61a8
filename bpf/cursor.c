// SPDX-License-Identifier: MIT
/* The encodings of DWARF 5 section 7.6 and of pointers in .eh_frame. */
#include <string.h>
#include "cfi.h"

uint64_t read_bytes(struct cursor *cursor, unsigned nr)
{
	uint64_t value = 0;

	if ((size_t)(cursor->end - cursor->at) < nr) {
		cursor->at = cursor->end;
		cursor->bad = true;
		return 0;
	}
	memcpy(&value, cursor->at, nr); /* little endian, as the machine */
	cursor->at += nr;
	return value;
}

/* The bits of a LEB128 number; `*width` is how many there were, `*last` its last byte. */
static uint64_t read_leb(struct cursor *cursor, unsigned *width, uint64_t *last)
{
	uint64_t value = 0;

	*width = 0;
	do {
		*last = read_bytes(cursor, 1);
		if (*width < 64)
			value |= (*last & 0x7f) << *width;
		*width += 7;
	} while ((*last & 0x80) && !cursor->bad);
	return value;
}

uint64_t read_uleb(struct cursor *cursor)
{
	unsigned width;
	uint64_t last;

	return read_leb(cursor, &width, &last);
}

int64_t read_sleb(struct cursor *cursor)
{
	unsigned width;
	uint64_t last, value = read_leb(cursor, &width, &last);

	return width < 64 && (last & 0x40) ? value | ~0ULL << width : value;
}

uint64_t read_pointer(struct cursor *cursor, uint8_t encoding)
{
	uint64_t here = cursor->address + (cursor->at - cursor->start), value;

	switch (encoding & 0x0f) {
	case 0x00: case 0x04: case 0x0c: value = read_bytes(cursor, 8); break;
	case 0x01: value = read_uleb(cursor); break;
	case 0x02: value = read_bytes(cursor, 2); break;
	case 0x03: value = read_bytes(cursor, 4); break;
	case 0x09: value = read_sleb(cursor); break;
	case 0x0a: value = (int16_t)read_bytes(cursor, 2); break;
	case 0x0b: value = (int32_t)read_bytes(cursor, 4); break;
	default: cursor->bad = true; return 0;
	}
	if ((encoding & 0x70) == 0x10)
		return here + value;
	if (encoding & 0x70)
		cursor->bad = true;
	return value;
}
