/* What figures.js asks: instructions by callgrind (valgrind --tool=callgrind --instr-atstart=no), and what the engine has allocated so far. */
#include "xsAll.h"
#include <valgrind/callgrind.h>

void xs_figures_begin(txMachine* the)
{
	CALLGRIND_ZERO_STATS;
	CALLGRIND_START_INSTRUMENTATION;
}

void xs_figures_end(txMachine* the)
{
	CALLGRIND_DUMP_STATS_AT(fxToString(the, mxArgv(0)));
	CALLGRIND_STOP_INSTRUMENTATION;
}

void xs_figures_slots(txMachine* the)
{
	fxInteger(the, mxResult, the->currentHeapCount);
}

void xs_figures_chunks(txMachine* the)
{
	fxInteger(the, mxResult, the->currentChunksSize);
}
