/* SPDX-License-Identifier: MIT */
/* CRC-32 as gzip has it: RFC 1952, 8. */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include "types.h"

/* Of bytes that follow others, whose checksum is `crc`; 0 at the start. */
u32 checksum_after(u32 crc, const u8 *bytes, u32 size);

#endif
