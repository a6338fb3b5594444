/*
 * The first boot, with much memory: makes the root machine at its place in flash, runs all modules in it, freezes it, and writes the arena to a file. A
 * chip's tools do this on the desktop; here the machine does it itself, so that every pointer is right.
 */
#include "mcu.h"
#include "engine.h"

static ArenaHeader* header;

/* A line of the list outside, ended by a newline: cut off, returned; what follows stands at *next. */
static char* line(char** next)
{
	char* text = *next;
	char* end = strchr(text, '\n');
	if (!end) return NULL;
	*end = 0;
	*next = end + 1;
	return text;
}

/*
 * The bundle: "source PATH SIZE" followed by that many bytes, "alias SPECIFIER PATH"; then "preload PATH" in order, and "main PATH".
 */
static void load(txMachine* the, char* bundle)
{
	char* at = bundle;
	char* text;
	while ((text = line(&at)) && *text) {
		char* first = strchr(text, ' ');
		char* second;
		if (!first) fail(EXIT_SETUP, "the bundle has a line \"%s\"", text);
		*first++ = 0;
		second = strchr(first, ' ');
		if (second) *second++ = 0;
		if (!strcmp(text, "source")) {
			size_t size = strtoul(second, NULL, 10);
			addSource(first, at, size);
			at += size + 1;
		}
		else if (!strcmp(text, "alias")) addAlias(first, second);
		else if (!strcmp(text, "preload")) preload(the, first);
		else if (!strcmp(text, "main")) {
			archiveMain(the, first);
			header->main = archive->path;
		}
		else fail(EXIT_SETUP, "the bundle has a line \"%s\"", text);
	}
}

static int inArena(const void* pointer)
{
	return ((const char*)pointer >= arenaBegin) && ((const char*)pointer < arenaNext);
}

/* Takes the place of the engine's fxShare, which numbers aliases from 0 although 0 means "no alias", and leaves the kinds as they are. */
void __wrap_fxShare(txMachine* the)
{
	header->changeable = engineFreeze(the, NULL);
	header->slots = the->currentHeapCount;
	header->chunkBytes = the->currentChunksSize;
	header->keys = the->keyIndex;
}

long makeImage(void)
{
	txCreation creation = {
		.initialChunkSize = 768 << 10, .incrementalChunkSize = 0,
		.initialHeapCount = 40 << 10, .incrementalHeapCount = 0,
		.stackCount = 2 << 10, .initialKeyCount = 8 << 10, .incrementalKeyCount = 0,
		.nameModulo = 61, .symbolModulo = 3, .parserBufferSize = 1 << 20, .parserTableModulo = 1993
	};
	txMachine* the;
	txMachine* machine;
	char* bundle;
	long size;
	int file = hostOpen("bundle", MODE_READ);
	if (file < 0) fail(EXIT_SETUP, "there is no bundle of modules");
	size = hostLength(file);
	bundle = mcuMalloc((size_t)size + 1);
	if (!bundle || (hostRead(file, bundle, size) != size)) fail(EXIT_SETUP, "the bundle cannot be read");
	bundle[size] = 0;
	hostClose(file);
	heapInFlash = 1;
	header = mcuCalloc(1, sizeof(ArenaHeader));
	the = fxCreateMachine(&creation, "flash", NULL, XS_NO_ID);
	heapInFlash = 0;
	if (!the) fail(EXIT_SETUP, "the engine cannot make a machine");
	machine = the;
	the = fxBeginHost(machine);
	internNames(the);
	defineNatives(the);
	fxEndHost(the);
	load(machine, bundle);
	the = fxBeginHost(machine);
	mxPush(mxGlobal);
	mxDeleteID(fxID(the, "simNative"));
	mxPop();
	fxEndHost(the);
	runJobs(machine);
	fxShareMachine(machine);
	if (!inArena(machine) || !inArena(machine->keyArray) || !inArena(machine->nameTable) || !inArena(machine->symbolTable) || !inArena(machine->firstBlock) || machine->firstBlock->nextBlock || machine->firstHeap->next)
		fail(EXIT_SETUP, "the heap of the image grew out of its place");
	memcpy(header->magic, "THIMBLE1", 8);
	memcpy(header->identity, imageIdentity + 16, sizeof(header->identity));
	header->root = machine;
	header->archive = archive;
	header->aliases = aliases;
	header->codeBytes = codeBytes;
	header->loop = eventLoop(machine);
	header->end = arenaNext;
	file = hostOpen("flash", MODE_WRITE);
	size = arenaNext - arenaBegin;
	if ((file < 0) || (hostWrite(file, arenaBegin, size) != size)) fail(EXIT_SETUP, "the flash image cannot be written");
	hostClose(file);
	hostExit(0);
	return 0;
}
