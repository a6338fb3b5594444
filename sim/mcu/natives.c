/* What apps and the built-in modules call: trace, random bytes, the clock, the wire. The modules of sim/mcu/modules make ECMA-419 classes of it. */
#include "mcu.h"
#include "wire.h"

extern txInteger _xsmcGetBuffer(txMachine* the, txSlot* slot, void** data, txUnsigned* count, txBoolean writable);

int exiting = 0;
int exitStatus = 0;

/* A flash image is made by a linker, which cannot run natives. */
static void guard(txMachine* the)
{
	if (!onDevice) mxUnknownError("a native function was called while a module loads; in flash that is not possible");
}

void internNames(txMachine* the)
{
	static const char* const names[] = { "timeout", "fire", "event", "message", "name", "stack", "errors", "cause" };
	size_t i;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		fxID(the, (txString)names[i]);
}

static void printSlot(txMachine* the, txSlot* slot)
{
	char buffer[64];
	switch (slot->kind) {
	case XS_STRING_KIND:
	case XS_STRING_X_KIND: hostPrint(slot->value.string); break;
	case XS_INTEGER_KIND: say("%d", (int)slot->value.integer); break;
	case XS_NUMBER_KIND: hostPrint(fxNumberToString(the, slot->value.number, buffer, sizeof(buffer), 0, 0)); break;
	default:
		mxPushSlot(slot);
		hostPrint(fxToString(the, the->stack));
		mxPop();
	}
}

static void printAll(txMachine* the, const char* between, const char* end)
{
	txInteger i;
	guard(the);
	for (i = 0; i < mxArgc; i++) {
		if (i) hostPrint(between);
		printSlot(the, mxArgv(i));
	}
	hostPrint(end);
}

static void consoleLog(txMachine* the) { printAll(the, " ", "\n"); }
static void trace(txMachine* the) { printAll(the, "", ""); }

/* Random bytes: the host's, or a fixed sequence (SplitMix64), the same as in sim/xs. */

static uint64_t seed;

static uint64_t splitMix(void)
{
	uint64_t z = (seed += 0x9E3779B97F4A7C15u);
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

static void* bufferArgument(txMachine* the, int index, txUnsigned* size, txBoolean writable)
{
	void* data;
	if (mxArgc <= index) mxTypeError("a buffer is needed");
	_xsmcGetBuffer(the, mxArgv(index), &data, size, writable);
	return data;
}

/* fillRandom(view), fillRandom(view, offset, length) */
static void fillRandom(txMachine* the)
{
	txUnsigned size;
	txInteger offset, length;
	txByte* bytes;
	guard(the);
	bytes = bufferArgument(the, 0, &size, 1);
	offset = (mxArgc > 1) ? fxToInteger(the, mxArgv(1)) : 0;
	length = (mxArgc > 2) ? fxToInteger(the, mxArgv(2)) : (txInteger)size - offset;
	if ((offset < 0) || (length < 0) || ((txUnsigned)offset > size) || ((txUnsigned)length > size - (txUnsigned)offset))
		mxRangeError("fill %d bytes at %d: the buffer has %d", (int)length, (int)offset, (int)size);
	bytes += offset;
	if (options.seed) {
		if (!seed) seed = options.seed - 1;
		for (; length; length--) *bytes++ = (txByte)splitMix();
		return;
	}
	{
		int file = hostOpen("/dev/urandom", MODE_READ);
		if ((file < 0) || (hostRead(file, bytes, length) != length)) fail(EXIT_SETUP, "no random bytes");
		hostClose(file);
	}
}

static void hostExitLater(txMachine* the)
{
	guard(the);
	exitStatus = (mxArgc > 0) ? fxToInteger(the, mxArgv(0)) : 0;
	exiting = 1;
}

static void nothing(txMachine* the) {}

static void hostReadText(txMachine* the)
{
	mxResult->kind = XS_NULL_KIND;
}

static void hostMilliseconds(txMachine* the)
{
	guard(the);
	mxResult->kind = XS_NUMBER_KIND;
	mxResult->value.number = wireMilliseconds();
}

static const char* nameArgument(txMachine* the)
{
	if ((mxArgc < 1) || ((mxArgv(0)->kind != XS_STRING_KIND) && (mxArgv(0)->kind != XS_STRING_X_KIND))) mxTypeError("a name is needed");
	return mxArgv(0)->value.string;
}

static void mark(txMachine* the)
{
	guard(the);
	measureMark(the, nameArgument(the));
}

static void markBegin(txMachine* the)
{
	guard(the);
	measureMark(the, "begin");
}

static void markEnd(txMachine* the)
{
	guard(the);
	measureMark(the, "end");
}

static void collect(txMachine* the)
{
	guard(the);
	fxCollect(the, XS_COMPACT_FLAG);
}

static void isFalse(txMachine* the)
{
	mxResult->kind = XS_BOOLEAN_KIND;
	mxResult->value.boolean = 0;
}

/* The wire: connect(id, "address:port"), listen(id, port), read(id, buffer), write(id, buffer), close(id). */

static int idArgument(txMachine* the)
{
	guard(the);
	return (mxArgc > 0) ? fxToInteger(the, mxArgv(0)) : 0;
}

static void netConnect(txMachine* the)
{
	char text[80];
	int id = idArgument(the);
	fxToStringBuffer(the, mxArgv(1), text, sizeof(text));
	wireSend(WIRE_CONNECT, id, text, (uint32_t)strlen(text));
}

static void netListen(txMachine* the)
{
	char text[16];
	int id = idArgument(the);
	fxToStringBuffer(the, mxArgv(1), text, sizeof(text));
	wireSend(WIRE_LISTEN, id, text, (uint32_t)strlen(text));
}

static void netRead(txMachine* the)
{
	txUnsigned size;
	int id = idArgument(the);
	void* data = bufferArgument(the, 1, &size, 1);
	wireRead(id, data, size);
}

static void netWrite(txMachine* the)
{
	txUnsigned size;
	int id = idArgument(the);
	void* data = bufferArgument(the, 1, &size, 0);
	wireSend(WIRE_WRITE, id, data, size);
}

static void netClose(txMachine* the)
{
	wireSend(WIRE_CLOSE, idArgument(the), NULL, 0);
}

static txSlot* loopObject;

txSlot* eventLoop(txMachine* root)
{
	return loopObject;
}

/* setLoop(object): the module that has timers and sockets says what the C loop calls: timeout(), fire(), event(kind, id, count). */
static void setLoop(txMachine* the)
{
	loopObject = mxArgv(0)->value.reference;
}

static txSlot* addFunction(txMachine* the, txSlot* property, txCallback callback, int length, const char* name)
{
	return fxNextHostFunctionProperty(the, property, callback, length, fxID(the, (txString)name), XS_DONT_ENUM_FLAG);
}

typedef struct {
	const char* name;
	txCallback callback;
	int length;
} Native;

static const Native ofHost[] = { { "fillRandom", fillRandom, 3 }, { "exit", hostExitLater, 1 }, { "argument", nothing, 1 }, { "readText", hostReadText, 1 }, { "milliseconds", hostMilliseconds, 0 }, { NULL, NULL, 0 } };
static const Native ofMeasure[] = { { "collect", collect, 0 }, { "reset", nothing, 0 }, { "mark", mark, 1 }, { "begin", markBegin, 1 }, { "end", markEnd, 1 }, { "counting", isFalse, 0 }, { NULL, NULL, 0 } };
static const Native ofNet[] = { { "connect", netConnect, 2 }, { "listen", netListen, 2 }, { "read", netRead, 2 }, { "write", netWrite, 2 }, { "close", netClose, 1 }, { "setLoop", setLoop, 1 }, { NULL, NULL, 0 } };
static const Native ofConsole[] = { { "log", consoleLog, 0 }, { "info", consoleLog, 0 }, { "debug", consoleLog, 0 }, { "warn", consoleLog, 0 }, { "error", consoleLog, 0 }, { NULL, NULL, 0 } };

/* Pushes a new object with these functions. */
static void pushObject(txMachine* the, const Native* natives)
{
	txSlot* property;
	mxPush(mxObjectPrototype);
	property = fxLastProperty(the, fxNewObjectInstance(the));
	for (; natives->name; natives++) property = addFunction(the, property, natives->callback, natives->length, natives->name);
}

static void addObject(txMachine* the, const char* name, const Native* natives)
{
	txSlot* object = the->stack;
	pushObject(the, natives);
	fxNextSlotProperty(the, fxLastProperty(the, object->value.reference), the->stack, fxID(the, (txString)name), XS_NO_FLAG);
	mxPop();
}

/* The value on the stack becomes a global. */
static void setGlobal(txMachine* the, const char* name)
{
	mxPush(mxGlobal);
	fxSetID(the, fxID(the, (txString)name));
	mxPop();
}

void defineNatives(txMachine* the)
{
	fxNewHostFunction(the, trace, 1, fxID(the, "trace"), XS_NO_ID);
	setGlobal(the, "trace");
	pushObject(the, ofConsole);
	setGlobal(the, "console");
	mxPush(mxObjectPrototype);
	fxNewObjectInstance(the);
	addObject(the, "host", ofHost);
	addObject(the, "measure", ofMeasure);
	addObject(the, "net", ofNet);
	setGlobal(the, "simNative");
}
