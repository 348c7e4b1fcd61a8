/* Allocates from functions whose symbols are names of Rust and C++, and one that nobody should write out.
 * Talks as truth.c does; has no truth to tell: a hundred times main > rust_legacy > rust_v0 > cxx >
 * endless > site.
 */
#include "frames.h"
#include "talk.h"

#include <stdlib.h>

static const int times = 100;

void rust_legacy(void) __asm__("_ZN7mycrate6server6handle17h0123456789abcdefE");
void rust_v0(void) __asm__("_RNvNtCs1234_7mycrate6client4send");
void cxx(void) __asm__("_ZN3app6Server6handleESt6vectorIiSaIiEE");
/* Each parameter is a template of the one before, twice: some hundred megabytes. */
void endless(void) __asm__("_Z1f1aIiiES_IS0_S0_ES_IS1_S1_ES_IS2_S2_ES_IS3_S3_ES_IS4_S4_ES_IS5_S5_ES_IS6_S6_E"
			   "S_IS7_S7_ES_IS8_S8_ES_IS9_S9_ES_ISA_SA_ES_ISB_SB_ES_ISC_SC_ES_ISD_SD_ES_ISE_SE_E"
			   "S_ISF_SF_ES_ISG_SG_ES_ISH_SH_ES_ISI_SI_ES_ISJ_SJ_ES_ISK_SK_ES_ISL_SL_ES_ISM_SM_E");

static KEPT void touch(void *buffer)
{
	*(volatile char *)buffer = 1;
}

static KEPT void site(void)
{
	char *block = malloc(64);

	touch(block);
	free(block);
}

KEPT void endless(void)
{
	char here;

	site();
	touch(&here);
}

KEPT void cxx(void)
{
	char here;

	endless();
	touch(&here);
}

KEPT void rust_v0(void)
{
	char here;

	cxx();
	touch(&here);
}

KEPT void rust_legacy(void)
{
	char here;

	rust_v0();
	touch(&here);
}

int main(void)
{
	say("ready\n");
	heard_line();
	for (int i = 0; i < times; i++)
		rust_legacy();
	say("done\n");
	heard_line();
	return 0;
}
