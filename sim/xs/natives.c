/* console, trace, random bytes, the clock and the small rest of what apps and built-in modules call. */
#include "sim.h"
#include <sys/random.h>

/* A flash image is made by a linker, which cannot run natives. */
void simGuard(txMachine* the)
{
	if (!sim.root) mxUnknownError("a native function was called while a module loads; in flash that is not possible");
}

txSlot* simAddFunction(txMachine* the, txSlot* property, txCallback callback, int length, const char* name)
{
	return fxNextHostFunctionProperty(the, property, callback, length, fxID(the, (txString)name), XS_DONT_ENUM_FLAG);
}

/* Names that natives ask for later: in flash, as xsID's are on a real device. */
void simInternNames(txMachine* the)
{
	static const char* names[] = {
		"address", "host", "port", "nodelay", "onReadable", "onWritable", "onError", "format", "target", "from", "remoteAddress", "remotePort",
		"namespace", "compartment", "message", "name", "stack", "errors", "cause"
	};
	size_t i;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		fxID(the, (txString)names[i]);
}

/* Numbers and strings are printed without an allocation. */
static void print(txMachine* the, FILE* file, txSlot* slot)
{
	char buffer[64];
	switch (slot->kind) {
	case XS_STRING_KIND:
	case XS_STRING_X_KIND: fputs(slot->value.string, file); break;
	case XS_INTEGER_KIND: fprintf(file, "%d", (int)slot->value.integer); break;
	case XS_NUMBER_KIND: fputs(fxNumberToString(the, slot->value.number, buffer, sizeof(buffer), 0, 0), file); break;
	case XS_SYMBOL_KIND: fputs("Symbol()", file); break;
	default:
		mxPushSlot(slot);
		fputs(fxToString(the, the->stack), file);
		mxPop();
	}
}

static void printAll(txMachine* the, FILE* file, const char* between, const char* end)
{
	txInteger i;
	simGuard(the);
	if (file == stderr) fflush(stdout);
	for (i = 0; i < mxArgc; i++) {
		if (i) fputs(between, file);
		print(the, file, mxArgv(i));
	}
	fputs(end, file);
}

static void consoleLog(txMachine* the)
{
	printAll(the, stdout, " ", "\n");
	fflush(stdout);
}

static void consoleError(txMachine* the)
{
	printAll(the, stderr, " ", "\n");
}

static void trace(txMachine* the)
{
	printAll(the, stdout, "", "");
	fflush(stdout);
}

/* Random bytes */

static uint64_t splitMix(void)
{
	uint64_t z = (sim.options.seed += 0x9E3779B97F4A7C15u);
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

extern txInteger _xsmcGetBuffer(txMachine* the, txSlot* slot, void** data, txUnsigned* count, txBoolean writable);

/* fill(view), fill(view, offset, length) */
static void randomFill(txMachine* the)
{
	void* data;
	txUnsigned size;
	txInteger offset = 0, length;
	simGuard(the);
	if (mxArgc < 1) mxTypeError("fill needs a buffer");
	_xsmcGetBuffer(the, mxArgv(0), &data, &size, 1);
	if (mxArgc > 1) offset = fxToInteger(the, mxArgv(1));
	length = (mxArgc > 2) ? fxToInteger(the, mxArgv(2)) : (txInteger)size - offset;
	if ((offset < 0) || (length < 0) || ((txUnsigned)offset > size) || ((txUnsigned)length > size - (txUnsigned)offset))
		mxRangeError("fill %d bytes at %d: the buffer has %d", (int)length, (int)offset, (int)size);
	if (sim.options.fixedRandom) {
		txByte* p = (txByte*)data + offset;
		for (; length; length--) *p++ = (txByte)splitMix();
	}
	else {
		txByte* p = (txByte*)data + offset;
		while (length > 0) {
			ssize_t count = getrandom(p, (size_t)length, 0);
			if (count < 0) {
				if (errno == EINTR) continue;
				simFail(EXIT_SETUP, "getrandom: %s", strerror(errno));
			}
			p += count;
			length -= (txInteger)count;
		}
	}
}

/* Clock */

int simGetTimeOfDay(struct timeval* now, void* zone)
{
	static double started = -1;
	double time = sim.options.time;
	if (!sim.options.fixedTime) {
		if (!sim.options.ownClock) return gettimeofday(now, NULL);
		if (started < 0) started = simMilliseconds();
		time = sim.options.bootTime + simMilliseconds() - started;
	}
	now->tv_sec = (time_t)(time / 1000);
	now->tv_usec = (suseconds_t)(fmod(time, 1000) * 1000);
	return 0;
}

/* From now on the clock says so, and runs where it ran. */
void simSetTime(double milliseconds)
{
	struct timeval now;
	if (sim.options.fixedTime) {
		sim.options.time = milliseconds;
		return;
	}
	if (!sim.options.ownClock) {
		gettimeofday(&now, NULL);
		sim.options.bootTime = (double)now.tv_sec * 1000 + (double)now.tv_usec / 1000;
		sim.options.ownClock = 1;
	}
	simGetTimeOfDay(&now, NULL);
	sim.options.bootTime += milliseconds - ((double)now.tv_sec * 1000 + (double)now.tv_usec / 1000);
}

/* setTime(seconds since 1970) */
static void hostSetTime(txMachine* the)
{
	double seconds;
	simGuard(the);
	seconds = (mxArgc > 0) ? fxToNumber(the, mxArgv(0)) : NAN;
	if (!(seconds >= 0) || !(seconds < 253402300800.0)) mxRangeError("the time is given in seconds since 1970");
	simSetTime(seconds * 1000);
}

/* What a time server says: this machine's own time, in milliseconds since 1970, whatever the device's clock says. */
static void hostWorldTime(txMachine* the)
{
	struct timeval now;
	simGuard(the);
	gettimeofday(&now, NULL);
	mxResult->kind = XS_NUMBER_KIND;
	mxResult->value.number = sim.options.fixedTime ? sim.options.time : (double)now.tv_sec * 1000 + (double)now.tv_usec / 1000;
}

/* Host */

static void hostExit(txMachine* the)
{
	simGuard(the);
	sim.exitStatus = (mxArgc > 0) ? fxToInteger(the, mxArgv(0)) : 0;
	sim.exiting = 1;
}

static void hostArgument(txMachine* the)
{
	txInteger index;
	simGuard(the);
	index = (mxArgc > 0) ? fxToInteger(the, mxArgv(0)) : 0;
	if ((index < 0) || (index >= sim.options.argumentCount)) return;
	fxString(the, mxResult, sim.options.arguments[index]);
}

/* A file's text, or null. For tests and tools: a device has no files. */
static void hostReadText(txMachine* the)
{
	char path[4096], *text;
	FILE* file;
	simGuard(the);
	if (mxArgc < 1) mxTypeError("readText needs a path");
	fxToStringBuffer(the, mxArgv(0), path, sizeof(path));
	file = fopen(path, "rb");
	if (!file) {
		mxResult->kind = XS_NULL_KIND;
		return;
	}
	fclose(file);
	text = simReadFile(path, NULL);
	fxString(the, mxResult, text);
	free(text);
}

static void hostMilliseconds(txMachine* the)
{
	simGuard(the);
	mxResult->kind = XS_NUMBER_KIND;
	mxResult->value.number = simMilliseconds();
}

static void addObject(txMachine* the, const char* name, void (*define)(txMachine*, txSlot*))
{
	txSlot* object = the->stack;
	mxPush(mxObjectPrototype);
	fxNewObjectInstance(the);
	(*define)(the, the->stack);
	fxNextSlotProperty(the, fxLastProperty(the, object->value.reference), the->stack, fxID(the, (txString)name), XS_NO_FLAG);
	mxPop();
}

static void defineConsole(txMachine* the, txSlot* object)
{
	txSlot* property = fxLastProperty(the, object->value.reference);
	property = simAddFunction(the, property, consoleLog, 0, "log");
	property = simAddFunction(the, property, consoleLog, 0, "info");
	property = simAddFunction(the, property, consoleLog, 0, "debug");
	property = simAddFunction(the, property, consoleError, 0, "warn");
	property = simAddFunction(the, property, consoleError, 0, "error");
}

static void defineHost(txMachine* the, txSlot* object)
{
	txSlot* property = fxLastProperty(the, object->value.reference);
	property = simAddFunction(the, property, randomFill, 3, "fillRandom");
	property = simAddFunction(the, property, hostExit, 1, "exit");
	property = simAddFunction(the, property, hostArgument, 1, "argument");
	property = simAddFunction(the, property, hostReadText, 1, "readText");
	property = simAddFunction(the, property, hostMilliseconds, 0, "milliseconds");
	property = simAddFunction(the, property, hostSetTime, 1, "setTime");
	property = simAddFunction(the, property, hostWorldTime, 0, "worldTime");
}

/* The value on the stack becomes a global. */
static void setGlobal(txMachine* the, const char* name)
{
	mxPush(mxGlobal);
	fxSetID(the, fxID(the, (txString)name));
	mxPop();
}

void simAddGlobal(txMachine* the, txCallback callback, int length, const char* name)
{
	fxNewHostFunction(the, callback, length, fxID(the, (txString)name), XS_NO_ID);
	setGlobal(the, name);
}

/* globalThis: console, trace, timers. globalThis.simNative: what the built-in modules hand on; it is gone before the freeze. */
void simDefineNatives(txMachine* the)
{
	simAddGlobal(the, trace, 1, "trace");
	simDefineText(the);
	mxPush(mxObjectPrototype);
	fxNewObjectInstance(the);
	defineConsole(the, the->stack);
	setGlobal(the, "console");
	mxPush(mxObjectPrototype);
	fxNewObjectInstance(the);
	addObject(the, "host", defineHost);
	addObject(the, "measure", simDefineMeasure);
	addObject(the, "storage", simDefineStorage);
	simDefineTimers(the, the->stack);
	simDefineNet(the, the->stack);
	setGlobal(the, "simNative");
}
