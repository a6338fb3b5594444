/* Messages to the person at the terminal, and every way in which the device ends. */
#include "sim.h"

static int finishing = 0;
static const char* scarce = NULL; /* "chunk" or "slot": which heap the engine said is full */

void simNote(const char* format, ...)
{
	va_list arguments;
	fflush(stdout);
	fputs("thimble-xs: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void simFinish(int status)
{
	if (!finishing) {
		finishing = 1;
		simMeasureFinish();
		if (sim.options.stats) simWriteStats(status);
	}
	fflush(stdout);
	fflush(stderr);
	_exit(status);
}

void simFail(int status, const char* format, ...)
{
	va_list arguments;
	fflush(stdout);
	fputs("thimble-xs: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	simFinish(status);
}

const char* simThousands(double value)
{
	static char buffers[8][32];
	static int next = 0;
	char digits[32], *to = buffers[next++ & 7], *result = to;
	int i, length = snprintf(digits, sizeof(digits), "%.0f", value);
	for (i = 0; i < length; i++) {
		if (i && ((length - i) % 3 == 0) && (digits[i - 1] != '-')) *to++ = ',';
		*to++ = digits[i];
	}
	*to = 0;
	return result;
}

static void describeUse(txMachine* the, char* buffer, size_t size)
{
	if (sim.root && sim.options.staticBytes) {
		snprintf(buffer, size, "in use: %s bytes of chunks, %s slots (%d bytes each), %s of %s stack slots, all in %s bytes",
			simThousands(the->currentChunksSize), simThousands(the->currentHeapCount), (int)sizeof(txSlot),
			simThousands((double)(the->stackTop - the->stack)), simThousands((double)(the->stackTop - the->stackBottom)),
			simThousands(sim.options.staticBytes));
		return;
	}
	snprintf(buffer, size, "in use: %s of %s bytes of chunks, %s of %s slots (%d bytes each), %s of %s stack slots",
		simThousands(the->currentChunksSize), simThousands(the->maximumChunksSize),
		simThousands(the->currentHeapCount), simThousands(the->maximumHeapCount), (int)sizeof(txSlot),
		simThousands((double)(the->stackTop - the->stack)), simThousands((double)(the->stackTop - the->stackBottom)));
}

void simUncaught(txMachine* the, const char* where)
{
	char text[512] = "";
	mxTry(the) {
		mxPush(mxException);
		fxToStringBuffer(the, the->stack, text, sizeof(text));
	}
	mxCatch(the) {
		if (!text[0]) snprintf(text, sizeof(text), "an exception that has no text");
	}
	simFail(EXIT_UNCAUGHT, "uncaught in %s: %s", where, text);
}

void fxAbort(txMachine* the, int status)
{
	char use[400], calls[400], asked[100], holders[800];
	static const char held[] = "\nthimble-xs: held by ";
	const char* whose = !sim.root ? "while the flash was built: " : (the == sim.device) ? "" : "the device cannot start: ";
	if (finishing) _exit(EXIT_ENGINE);
	if (status == XS_UNHANDLED_EXCEPTION_EXIT) simUncaught(the, "a promise job");
	if (status == XS_UNHANDLED_REJECTION_EXIT) simUncaught(the, "a module or promise");
	describeUse(the, use, sizeof(use));
	engineDescribeCalls(the, calls, sizeof(calls));
	if (calls[0]) {
		size_t length = strlen(use);
		snprintf(use + length, sizeof(use) - length, "; running: ");
	}
	switch (status) {
	case XS_NOT_ENOUGH_MEMORY_EXIT:
		simAsked(asked, sizeof(asked));
		if (scarce && !strcmp(scarce, "slot")) snprintf(asked, sizeof(asked), "one more slot");
		simHolders(the, 0, holders, sizeof(holders));
		simFail(EXIT_MEMORY, "%sout of memory: asked for %s; %s%s%s%s", whose, asked, use, calls, holders[0] ? held : "", holders);
	case XS_STACK_OVERFLOW_EXIT:
		simHolders(the, 1, holders, sizeof(holders));
		simFail(EXIT_STACK, "%sstack overflow: %s%s%s%s", whose, use, calls, holders[0] ? held : "", holders);
	case XS_NO_MORE_KEYS_EXIT:
		simFail(EXIT_MEMORY, "%sout of keys: the device may add %d property names (--keys); %s%s", whose, (int)sim.options.keys, use, calls);
	default:
		simFail(EXIT_ENGINE, "%sthe engine stopped (status %d); %s%s", whose, status, use, calls);
	}
}

/* The engine's own reports go to standard output; ours must not. */

void __wrap_fxReport(txMachine* the, txString format, ...)
{
	if (!strncmp(format, "# Slot", 6)) scarce = "slot";
	else if (!strncmp(format, "# Chunk", 7)) scarce = "chunk";
}

void __wrap_fxVReportError(void* the, txString path, txInteger line, txString format, va_list arguments)
{
	fflush(stdout);
	fprintf(stderr, "thimble-xs: %s:%d: error: ", path ? path : "?", (int)line);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void __wrap_fxVReportWarning(void* the, txString path, txInteger line, txString format, va_list arguments) {}
