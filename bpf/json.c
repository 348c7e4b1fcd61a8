// SPDX-License-Identifier: MIT
/* JSON strings, https://www.rfc-editor.org/rfc/rfc8259#section-7, and weights. */
#include <inttypes.h>
#include "collector.h"

/* Length of the UTF-8 sequence at `s`, or 0 where it is malformed (overlong, surrogate, cut short). */
static unsigned utf8_length(const unsigned char *s)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned length = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
	unsigned code = length < 2 ? s[0] : s[0] & (0x7f >> length);

	for (unsigned i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (length > 1 && (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)))
		return 0;
	return length;
}

void json_string(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	putc('"', out);
	while (*s) {
		unsigned length = utf8_length(s);

		if (!length)
			fputs("\xef\xbf\xbd", out); /* U+FFFD */
		else if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(out, "\\u%04x", *s);
		else
			fwrite(s, 1, length, out);
		s += length ? length : 1;
	}
	putc('"', out);
}

void write_weight(FILE *out, const char *key, const struct weight *weight)
{
	fprintf(out, ",\"%s\":[%" PRIu64 ",%" PRIu64 "]", key, (uint64_t)weight->bytes, (uint64_t)weight->calls);
}
