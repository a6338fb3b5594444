/* The second boot: the device. Flash is locked, RAM has its limit, the machine is a clone of the frozen one. */
#include "mcu.h"
#include "engine.h"
#include "wire.h"

Options options;
extern int exiting, exitStatus;
extern txSize askedChunk;
static txMachine* device;

/* R, X, locked; up to the top of flash. Locked rules hold for machine mode too, until reset. */
static void lockFlash(void)
{
	unsigned long top = (unsigned long)ramBegin >> 2;
	unsigned long rule = 0x80 | 0x08 | 0x04 | 0x01;
	__asm__ volatile("csrw pmpaddr0, %0\n\tcsrw pmpcfg0, %1" : : "r"(top), "r"(rule));
}

static void uncaught(txMachine* the, const char* where)
{
	char text[120] = "";
	mxTry(the) {
		mxPush(mxException);
		fxToStringBuffer(the, the->stack, text, sizeof(text));
	}
	mxCatch(the) {
		if (!text[0]) strcpy(text, "an exception that has no text");
	}
	fail(EXIT_UNCAUGHT, "uncaught in %s: %s", where, text);
}

void fxCreateMachinePlatform(txMachine* the)
{
	the->promiseJobs = 0;
}

void fxDeleteMachinePlatform(txMachine* the) {}

void fxQueuePromiseJobs(txMachine* the)
{
	the->promiseJobs = 1;
}

void fxRunDebugger(txMachine* the) {}

void runJobs(txMachine* the)
{
	while (the->promiseJobs) {
		the->promiseJobs = 0;
		fxRunPromiseJobs(the);
	}
	fxEndJob(the);
	fxCheckUnhandledRejections(the, 1);
}

void fxAbort(txMachine* the, int status)
{
	char calls[120];
	if (status == XS_UNHANDLED_EXCEPTION_EXIT) uncaught(the, "a promise job");
	if (status == XS_UNHANDLED_REJECTION_EXIT) uncaught(the, "a module or promise");
	engineDescribeCalls(the, calls, sizeof(calls));
	say("mcu: in use: %d of %d bytes of chunks, %d of %d slots, %d of %d stack slots; running: %s\n", (int)the->currentChunksSize, (int)the->maximumChunksSize,
		(int)the->currentHeapCount, (int)the->maximumHeapCount, (int)(the->stackTop - the->stack), (int)(the->stackTop - the->stackBottom), calls);
	switch (status) {
	case XS_NOT_ENOUGH_MEMORY_EXIT:
		if (askedChunk) fail(EXIT_MEMORY, "out of memory: asked for %d bytes of chunk", (int)askedChunk);
		fail(EXIT_MEMORY, "out of memory: asked for one more slot");
	case XS_STACK_OVERFLOW_EXIT: fail(EXIT_STACK, "stack overflow");
	case XS_NO_MORE_KEYS_EXIT: fail(EXIT_MEMORY, "out of keys: the device may add %lu property names", options.keys);
	default: fail(EXIT_ENGINE, "the engine stopped (status %d)", status);
	}
}

/* The engine's native recursion ends with an exception before the C stack does. */
char* fxCStackLimit(void)
{
	return onDevice ? ramBegin + 384 : NULL;
}

void __wrap_fxReport(txMachine* the, txString format, ...) {}
void __wrap_fxVReportWarning(void* the, txString path, txInteger line, txString format, va_list arguments) {}

void __wrap_fxVReportError(void* the, txString path, txInteger line, txString format, va_list arguments)
{
	say("mcu: %s:%d: error: ", path ? path : "?", (int)line);
	hostPrint(format);
	hostPrint("\n");
}

/* Every fault of the machine ends here. */
void mcuTrap(unsigned long cause, unsigned long at, unsigned long address, unsigned long stack)
{
	if ((cause == 7) && (address < (unsigned long)ramBegin)) {
		if ((address + 4096 > (unsigned long)ramBegin) && (stack < (unsigned long)ramBegin + 256)) fail(EXIT_STACK, "the C stack is full (%lu bytes)", (unsigned long)(cStackTop - ramBegin));
		fail(EXIT_FLASH, "write to flash: 0x%lx, by code at 0x%lx; something that was made while modules loaded is changed on the device", address, at);
	}
	if ((cause == 5) || (cause == 7)) fail(EXIT_ENGINE, "0x%lx is no memory of this machine (RAM ends at 0x%lx); code at 0x%lx", address, (unsigned long)ramBegin + options.ram, at);
	fail(EXIT_ENGINE, "fault %lu at 0x%lx, address 0x%lx", cause, at, address);
}

static void runMain(txMachine* machine, const char* path)
{
	txMachine* the = fxBeginHost(machine);
	{
		mxTry(the) {
			txSlot* realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;
			mxPushStringX((txString)path);
			fxRunImport(the, realm, XS_NO_ID);
			mxPop();
		}
		mxCatch(the) {
			uncaught(the, path);
		}
	}
	fxEndHost(the);
	runJobs(machine);
}

/* loop[name](...arguments); a number that it returns */
static double call(txMachine* machine, txSlot* loop, const char* name, int count, const int* arguments)
{
	double result = 0;
	txMachine* the = fxBeginHost(machine);
	{
		mxTry(the) {
			int i;
			mxPushReference(loop);
			mxDub();
			mxGetID(fxID(the, (txString)name));
			mxCall();
			for (i = 0; i < count; i++) mxPushInteger(arguments[i]);
			mxRunCount(count);
			if (the->stack->kind == XS_INTEGER_KIND) result = the->stack->value.integer;
			else if (the->stack->kind == XS_NUMBER_KIND) result = the->stack->value.number;
			mxPop();
		}
		mxCatch(the) {
			uncaught(the, name);
		}
	}
	fxEndHost(the);
	runJobs(machine);
	return result;
}

/* Until nothing is left to wait for: timeout() says how long to wait, -1: no timer, -2: no socket either. */
static void loop(txMachine* the, txSlot* object)
{
	while (!exiting) {
		double timeout = call(the, object, "timeout", 0, NULL);
		WireHeader event;
		int arguments[3];
		if (timeout == -2) break;
		event = wireWait(timeout);
		call(the, object, "fire", 0, NULL);
		if (exiting || (event.kind == WIRE_TIME)) continue;
		arguments[0] = event.kind;
		arguments[1] = event.id;
		arguments[2] = (int)event.length;
		call(the, object, "event", 3, arguments);
	}
}

void runDevice(void)
{
	const ArenaHeader* header = (const ArenaHeader*)arenaBegin;
	txCreation creation = {
		.initialChunkSize = (txSize)options.chunks, .incrementalChunkSize = 0,
		.initialHeapCount = (txSize)options.slots + 1, .incrementalHeapCount = 0,
		.stackCount = (txSize)options.stack, .initialKeyCount = (txSize)options.keys, .incrementalKeyCount = 0,
		.nameModulo = 61, .symbolModulo = 3, .parserBufferSize = 1024, .parserTableModulo = 7
	};
	if (memcmp(header->magic, "THIMBLE1", 8)) fail(EXIT_SETUP, "there is no flash image");
	if (memcmp(header->identity, imageIdentity + 16, sizeof(header->identity))) fail(EXIT_SETUP, "the flash image was made by another program: make it anew");
	lockFlash();
	heapInitialize(heapBegin, ramBegin + options.ram);
	onDevice = 1;
	archive = header->archive;
	aliases = header->aliases;
	device = fxCloneMachine(&creation, header->root, "device", NULL);
	if (!device) fail(EXIT_MEMORY, "the device cannot start: %lu bytes of RAM are too little", options.ram);
	measureStart(device);
	measureMark(device, "boot");
	runMain(device, header->main);
	if (header->loop) loop(device, header->loop);
	measureEnd(device, exitStatus);
	hostExit(exitStatus);
}

/* "image", or "device ram=… chunks=… slots=… stack=… keys=… peak=… seed=… time=…" */
static unsigned long option(const char* text, const char* name, unsigned long otherwise)
{
	const char* at = strstr(text, name);
	return at ? strtoul(at + strlen(name), NULL, 10) : otherwise;
}

void mcuMain(void)
{
	char text[200];
	hostArguments(text, sizeof(text));
	options.ram = option(text, "ram=", 0);
	options.chunks = option(text, "chunks=", 8192);
	options.slots = option(text, "slots=", 512);
	options.stack = option(text, "stack=", 384);
	options.keys = option(text, "keys=", 32);
	options.peak = option(text, "peak=", 0);
	options.seed = option(text, "seed=", 0);
	options.time = (double)option(text, "time=", 0);
	if (strncmp(text, "image", 5)) runDevice();
	heapInitialize(heapBegin, ramBegin + options.ram - (8 << 20));
	onStack(ramBegin + options.ram - (4 << 20), makeImage);
}
