/* Exceptions for stress.c: the C++ library allocates what is thrown. */
extern "C" void site_thrown(int depth);

struct thrown {
	int depth;
};

static __attribute__((noipa)) void throw_from(int depth)
{
	if (depth == 0)
		throw thrown{depth};
	throw_from(depth - 1);
}

extern "C" __attribute__((noipa)) void site_thrown(int depth)
{
	try {
		throw_from(depth);
	} catch (const thrown &) {
	}
}
