/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What time it is. */
#ifndef MEMSTACKS_CLOCK_H
#define MEMSTACKS_CLOCK_H

#include <stdint.h>

uint64_t clock_ns(void); /* CLOCK_MONOTONIC, as BPF programs have it */
double wall_clock(void); /* seconds since the epoch */

#endif
