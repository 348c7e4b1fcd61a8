/* As frames.c, with what only C++ has: exceptions, destructors that run for them, lambdas, virtual
 * functions and templates. */
#include "frames.h"
#include "stacks.h"

#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>

namespace {

constexpr int times = 1000;

KEPT void plain(size_t size)
{
	recorded_free(recorded_malloc(size));
}

struct Guard {
	size_t size;
	explicit Guard(size_t size) : size(size) {}
	KEPT ~Guard() { plain(size); }
};

struct Shape {
	virtual ~Shape() = default;
	virtual void draw(int size) = 0;
};

struct Named {
	virtual ~Named() = default;
	virtual void name(int size) = 0;
	int unused = 0;
};

/* Called through Named, it goes by a thunk. */
struct Circle : Shape, Named {
	KEPT void draw(int size) override { plain(size); }
	KEPT void name(int size) override { plain(size); }
};

KEPT void throws(int depth)
{
	Guard guard(16 + depth);

	if (depth == 0)
		throw std::runtime_error("on purpose");
	throws(depth - 1);
}

KEPT void catches(int depth)
{
	try {
		throws(depth);
	} catch (const std::runtime_error &error) {
		plain(24);
	}
}

KEPT void rethrows()
{
	try {
		try {
			throws(2);
		} catch (...) {
			plain(32);
			throw;
		}
	} catch (const std::exception &error) {
		plain(40);
	}
}

template <class Function> KEPT void apply(Function function, int count)
{
	for (int i = 0; i < count; i++)
		function(i);
}

KEPT void with_lambdas(int size)
{
	std::function<void(int)> erased = [size](int i) { plain(size + i); };

	apply([&](int i) { plain(8 + i); }, 2);
	apply(erased, 2);
}

KEPT void sorts()
{
	std::array<int, 6> numbers = { 3, 1, 4, 1, 5, 9 };

	std::sort(numbers.begin(), numbers.end(), [](int a, int b) {
		plain(48);
		return a < b;
	});
}

KEPT void draws(Shape &shape, Named &named)
{
	shape.draw(56);
	named.name(64);
}

KEPT void run_once(int i)
{
	Circle circle;

	catches(i % 8);
	rethrows();
	with_lambdas(16);
	sorts();
	draws(circle, circle);
}

} // namespace

int main()
{
	wait_to_start();
	for (int i = 0; i < times; i++)
		run_once(i);
	say_stacks();
}
