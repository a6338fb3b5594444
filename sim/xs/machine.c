/* The two machines: a root without limits that loads everything and is frozen, and its clone with the device's RAM. */
#include "sim.h"
#include <limits.h>


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

char* simReadFile(const char* path, size_t* size)
{
	FILE* file = fopen(path, "rb");
	char* text;
	long length;
	if (!file || fseek(file, 0, SEEK_END) || ((length = ftell(file)) < 0)) simFail(EXIT_SETUP, "cannot read %s: %s", path, strerror(errno));
	rewind(file);
	text = malloc((size_t)length + 1);
	if (!text || (fread(text, 1, (size_t)length, file) != (size_t)length)) simFail(EXIT_SETUP, "cannot read %s: %s", path, strerror(errno));
	fclose(file);
	text[length] = 0;
	if (size) *size = (size_t)length;
	return text;
}

/* A path in the map file, made absolute against the folder of that file. */
static void absolute(const char* path, char* buffer, size_t size)
{
	const char* map = sim.options.map;
	const char* slash = strrchr(map, '/');
	if ((path[0] == '/') || !slash) snprintf(buffer, size, "%s", path);
	else snprintf(buffer, size, "%.*s/%s", (int)(slash - map), map, path);
}

/* Symbolic links away, so that prefixes match what realpath() gives for modules. A trailing / stays. */
static void real(char* path)
{
	char resolved[PATH_MAX];
	size_t length = strlen(path);
	int folder = length && (path[length - 1] == '/');
	if (realpath(path, resolved)) snprintf(path, PATH_MAX, "%s%s", resolved, folder ? "/" : "");
}

typedef void (*PathVisitor)(txMachine* the, const char* path);

/* The map's list of paths under a name. Object on top of the stack; leaves it there. */
static void eachPath(txMachine* the, const char* name, PathVisitor visit)
{
	txSlot* object = the->stack;
	txInteger i, count;
	mxPushSlot(object);
	mxGetID(fxID(the, (txString)name));
	if (!mxIsUndefined(the->stack)) {
		txSlot* list = the->stack;
		mxPushSlot(list);
		mxGetID(mxID(_length));
		count = fxToInteger(the, the->stack);
		mxPop();
		for (i = 0; i < count; i++) {
			char path[PATH_MAX];
			mxPushSlot(list);
			mxGetIndex(i);
			absolute(fxToString(the, the->stack), path, sizeof(path));
			mxPop();
			real(path);
			(*visit)(the, path);
		}
	}
	mxPop();
}

static void visitRuntime(txMachine* the, const char* path)
{
	simRuntimeAdd(path);
}

/* One module more in flash. Where all that it imports is there already, the difference to the line before is the module's own. */
static void visitPreload(txMachine* the, const char* path)
{
	FILE* file;
	simPreload(the, path);
	if (!sim.options.sizes) return;
	file = fopen(sim.options.sizes, "a");
	if (!file) simFail(EXIT_SETUP, "cannot write %s: %s", sim.options.sizes, strerror(errno));
	fxCollect(the, XS_COMPACT_FLAG);
	fprintf(file, "%d %d %d %s\n", (int)simFlash.codeBytes, (int)the->currentChunksSize, (int)the->currentHeapCount, path);
	fclose(file);
}

static void readImports(txMachine* the)
{
	txSlot* map = the->stack;
	txSlot* at;
	mxPushSlot(map);
	mxGetID(fxID(the, "imports"));
	if (mxIsReference(the->stack)) {
		txSlot* imports = the->stack;
		at = fxNewInstance(the);
		mxBehaviorOwnKeys(the, imports->value.reference, XS_EACH_NAME_FLAG, at);
		while ((at = at->next)) {
			char path[PATH_MAX];
			mxPushSlot(imports);
			mxGetAll(at->value.at.id, at->value.at.index);
			absolute(fxToString(the, the->stack), path, sizeof(path));
			mxPop();
			simMapAdd(fxGetKeyName(the, at->value.at.id), path);
		}
		mxPop();
	}
	mxPop();
	mxPushSlot(map);
	mxGetID(fxID(the, "parse"));
	if (fxToBoolean(the, the->stack)) simParseAllow();
	mxPop();
	eachPath(the, "runtime", visitRuntime);
}

/* Pushes the parsed map, or an empty object. */
static void pushMap(txMachine* the)
{
	if (sim.options.map) {
		char* text = simReadFile(sim.options.map, NULL);
		mxPush(mxGlobal);
		mxGetID(mxID(_JSON));
		mxDub();
		mxGetID(mxID(_parse));
		mxCall();
		mxPushStringC(text);
		mxRunCount(1);
		free(text);
	}
	else fxNewObject(the);
}

static void loadAll(txMachine* the, const char* main)
{
	txMachine* machine = the;
	the = fxBeginHost(machine);
	{
		mxTry(the) {
			pushMap(the);
			readImports(the);
			eachPath(the, "preload", visitPreload);
			mxPop();
		}
		mxCatch(the) {
			char text[512];
			mxPush(mxException);
			fxToStringBuffer(the, the->stack, text, sizeof(text));
			simFail(EXIT_SETUP, "%s: %s", sim.options.map ? sim.options.map : main, text);
		}
	}
	fxEndHost(the);
	simPreloadGraph(machine, main);
}

static char mainPath[PATH_MAX];

void simBuildRoot(void)
{
	txCreation creation = {
		.initialChunkSize = 1 << 20, .incrementalChunkSize = 1 << 20,
		.initialHeapCount = 64 << 10, .incrementalHeapCount = 64 << 10,
		.stackCount = 16 << 10, .initialKeyCount = 16 << 10, .incrementalKeyCount = 4 << 10,
		.nameModulo = 1993, .symbolModulo = 127, .parserBufferSize = 1 << 20, .parserTableModulo = 1993
	};
	txMachine* the;
	if (!realpath(sim.options.main, mainPath)) simFail(EXIT_SETUP, "cannot read %s: %s", sim.options.main, strerror(errno));
	simRuntimeAdd(mainPath);
	the = fxCreateMachine(&creation, "flash", NULL, XS_NO_ID);
	if (!the) simFail(EXIT_SETUP, "the engine cannot make a machine");
	if (sim.options.thaw) simFlashRememberBuiltIns(the);
	{
		txMachine* machine = the;
		the = fxBeginHost(machine);
		simInternNames(the);
		simDefineNatives(the);
		fxEndHost(the);
		the = machine;
	}
	loadAll(the, mainPath);
	{
		/* natives were there for the built-in modules, not for apps */
		txMachine* machine = the;
		the = fxBeginHost(machine);
		mxPush(mxGlobal);
		mxDeleteID(fxID(the, "simNative"));
		mxPop();
		fxEndHost(the);
		the = machine;
	}
	simRunJobs(the);
	fxShareMachine(the);
	simFlashProtect();
	sim.root = the;
}

void simBuildDevice(void)
{
	SimOptions* o = &sim.options;
	txCreation creation = {
		/* in one block they grow as the SDK's manifests let them */
		.initialChunkSize = o->chunkBytes, .incrementalChunkSize = o->grow ? 256 << 10 : o->staticBytes ? 512 : 0,
		.initialHeapCount = o->slots + 1, .incrementalHeapCount = o->grow ? 16 << 10 : o->staticBytes ? 64 : 0,
		.stackCount = o->stackSlots, .initialKeyCount = o->keys, .incrementalKeyCount = o->grow ? 1 << 10 : 0,
		.nameModulo = 1993, .symbolModulo = 127, .parserBufferSize = 1 << 20, .parserTableModulo = 1993
	};
	txMachine* the = fxCloneMachine(&creation, sim.root, "device", NULL);
	if (!the) simFail(EXIT_MEMORY, "the device cannot start: %d bytes of chunks, %d slots, %d stack slots are too little", (int)o->chunkBytes, (int)o->slots, (int)o->stackSlots);
	sim.device = the;
	simCountersStart(the);
	if (o->verbose) {
		SimUse use = simUseNow(the);
		simNote("flash: %s slots (%s bytes), %s bytes of chunks, %s of bytecode, %s names, %s aliases",
			simThousands(simFlash.slots), simThousands((double)simFlash.slots * sizeof(txSlot)), simThousands(simFlash.chunkBytes),
			simThousands(simFlash.codeBytes), simThousands(simFlash.keys), simThousands(simFlash.aliases));
		simNote("RAM: chunks %s of %s bytes, slots %s of %s, stack %s of %s slots at the start", simThousands(use.chunkBytes),
			simThousands(the->maximumChunksSize), simThousands(use.slots), simThousands(the->maximumHeapCount),
			simThousands(use.stackBytes / sizeof(txSlot)), simThousands(o->stackSlots));
	}
}

void simRunMain(void)
{
	txMachine* the = fxBeginHost(sim.device);
	{
		simTurnBegin(the, "start");
		mxTry(the) {
			txSlot* realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;
			mxPushStringX(mainPath);
			fxRunImport(the, realm, XS_NO_ID);
			mxPop();
		}
		mxCatch(the) {
			simUncaught(the, mainPath);
		}
	}
	fxEndHost(the);
	simRunJobs(sim.device);
	simTurnEnd();
}
