/* Frames of every shape that compilers make. */
#include "frames-parts.h"
#include "stacks.h"

#include <alloca.h>
#include <setjmp.h>

#define DEEP 100

static jmp_buf way_out;

KEPT void touch(void *buffer)
{
	*(volatile char *)buffer = 1;
}

KEPT void plain(int size)
{
	recorded_free(recorded_malloc(size));
}

static KEPT long many_arguments(long a, long b, long c, long d, long e, long f, long g, long h, long i)
{
	plain(16);
	return a * b + c * d + e * f + g * h + i;
}

KEPT long saves_registers(long a, long b, long c)
{
	long x = a * 3, y = b * 5, z = c * 7, w = a ^ b, v = b ^ c;

	plain(24);
	x += many_arguments(a, b, c, x, y, z, w, v, a);
	return x + y * z + w - v;
}

static KEPT void with_alloca(int size)
{
	char *buffer = alloca(size);

	touch(buffer);
	plain(32);
	touch(buffer + size - 1);
}

KEPT void with_array(int size)
{
	char buffer[size];

	touch(buffer);
	plain(40);
	touch(buffer + size - 1);
}

KEPT void realigned(int size)
{
	_Alignas(64) char buffer[192];

	touch(buffer);
	plain(size);
	touch(buffer + 191);
}

static KEPT void realigned_with_array(int size)
{
	_Alignas(128) char aligned[256];
	char buffer[size];

	touch(aligned);
	touch(buffer);
	plain(size);
	touch(buffer + size - 1);
}

static KEPT void with_big_frame(void)
{
	char buffer[40000];

	touch(buffer);
	plain(48);
	touch(buffer + 39999);
}

KEPT int recurse(int levels)
{
	if (levels == 0)
		plain(56);
	else
		levels += recurse(levels - 1);
	return levels;
}

static KEPT void is_even(int n);

/* The compiler turns these calls into jumps: only the last caller of all is on the stack. */
static KEPT void is_odd(int n)
{
	if (n == 0)
		return plain(64);
	return is_even(n - 1);
}

static KEPT void is_even(int n)
{
	if (n == 0)
		return plain(72);
	return is_odd(n - 1);
}

/* The return address of a call that never returns may lie in the function that follows. */
static KEPT _Noreturn void leave(int size)
{
	plain(size);
	longjmp(way_out, 1);
}

static KEPT void ends_in_call(int size)
{
	touch(&size);
	leave(size);
}

static KEPT void leaves(void)
{
	if (setjmp(way_out) == 0)
		ends_in_call(80);
}

#ifdef __x86_64__
static void take_assembly(void)
{
	framed_by_rax(plain);
	framed_by_r10(plain);
	framed_by_r11(plain);
	returns_by_register(plain);
}
#else
static void take_assembly(void)
{
}
#endif

KEPT void take_shapes(int i)
{
	saves_registers(i, 2, 3);
	with_alloca(1 + i);
	with_array(1 + i);
	realigned(8 + i % 100);
	realigned_with_array(8 + i % 100);
	with_big_frame();
	is_even(i % 10);
	leaves();
	take_assembly();
	if (i % 10 == 0)
		recurse(DEEP + i % 16);
}
