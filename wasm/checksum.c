// SPDX-License-Identifier: MIT
#include "checksum.h"

/* Bytes that are looked up together, each in a table for how many of them follow. */
#define STEP 8u
#define POLYNOMIAL 0xedb88320u

static u32 tables[STEP][256];

static u32 remainder_of(u32 value)
{
	for (u32 bit = 0; bit < 8; bit++)
		value = value >> 1 ^ (value & 1 ? POLYNOMIAL : 0);
	return value;
}

static void make_tables(void)
{
	for (u32 byte = 0; byte < 256; byte++)
		tables[0][byte] = remainder_of(byte);
	for (u32 i = 1; i < STEP; i++)
		for (u32 byte = 0; byte < 256; byte++)
			tables[i][byte] = tables[i - 1][byte] >> 8 ^ tables[0][tables[i - 1][byte] & 255];
}

u32 checksum_after(u32 crc, const u8 *bytes, u32 size)
{
	const u8 *end = bytes + size;

	if (!tables[0][1])
		make_tables();
	crc = ~crc;
	for (; end - bytes >= (int)STEP; bytes += STEP) {
		u64 next;

		__builtin_memcpy(&next, bytes, sizeof(next));
		next ^= crc;
		crc = 0;
		for (u32 i = 0; i < STEP; i++)
			crc ^= tables[STEP - 1 - i][next >> 8 * i & 255];
	}
	for (; bytes < end; bytes++)
		crc = crc >> 8 ^ tables[0][(crc ^ *bytes) & 255];
	return ~crc;
}
