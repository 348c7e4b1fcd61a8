/* Statically linked: 100 blocks of 10 bytes, none of them freed. */
#include <stdlib.h>

__attribute__((noipa)) void *site_static(void)
{
	return malloc(10);
}

int main(void)
{
	for (int i = 0; i < 100; i++)
		site_static();
	return 0;
}
