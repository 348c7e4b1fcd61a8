/* Never runs: the constructor of its library replaces it. */
int main(void)
{
	return 1;
}
