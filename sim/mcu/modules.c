/* From specifier to bytecode. Names of modules are paths in a tree that the tool outside made up; there is no file system here. */
#include "mcu.h"
#include "engine.h"

#define PATH 200

typedef struct Source {
	const char* path;
	const char* text;
	size_t size;
	struct Source* next;
} Source;

static Source* sources;            /* while the image is made */
Code* archive;                     /* modules that run on the device: their code */
Alias* aliases;
txSize codeBytes = 0;
int onDevice = 0;

static Source* sourceOf(const char* path)
{
	Source* source = sources;
	while (source && strcmp(source->path, path)) source = source->next;
	return source;
}

void addSource(const char* path, const char* text, size_t size)
{
	Source* source = mcuCalloc(1, sizeof(Source));
	if (!source) fail(EXIT_SETUP, "no memory for sources");
	source->path = path;
	source->text = text;
	source->size = size;
	source->next = sources;
	sources = source;
}

static char* toFlash(const char* text)
{
	char* copy;
	heapInFlash = 1;
	copy = strcpy(mcuMalloc(strlen(text) + 1), text);
	heapInFlash = 0;
	return copy;
}

/* A bare specifier's path: in flash, since the main module's imports are looked up on the device. */
void addAlias(const char* specifier, const char* path)
{
	Alias* alias;
	heapInFlash = 1;
	alias = mcuCalloc(1, sizeof(Alias));
	heapInFlash = 0;
	alias->specifier = toFlash(specifier);
	alias->path = toFlash(path);
	alias->next = aliases;
	aliases = alias;
}

/* A path without . and .., in `path`; false: it is no path. */
static int resolve(const char* specifier, const char* parent, char* path)
{
	char* to = path;
	if (specifier[0] == '.') {
		const char* slash = parent ? strrchr(parent, '/') : NULL;
		if (!slash || (slash - parent + strlen(specifier) + 2 > PATH)) return 0;
		memcpy(path, parent, (size_t)(slash - parent));
		to = path + (slash - parent);
		while (specifier[0] == '.') {
			if (specifier[1] == '/') specifier += 2;
			else if ((specifier[1] == '.') && (specifier[2] == '/')) {
				specifier += 3;
				while ((to > path) && (*--to != '/')) ;
			}
			else return 0;
		}
		*to++ = '/';
	}
	else if (strlen(specifier) + 1 > PATH) return 0;
	strcpy(to, specifier);
	if (path[0] != '/') {
		const Alias* alias = aliases;
		while (alias && strcmp(alias->specifier, path)) alias = alias->next;
		if (!alias) return 0;
		strcpy(path, alias->path);
	}
	return 1;
}

static Code* compile(txMachine* the, const char* path)
{
	txParser parserBuffer, *parser = &parserBuffer;
	txParserJump jump;
	txStringCStream stream;
	txScript* script = NULL;
	Source* source = sourceOf(path);
	Code* code;
	if (!source) return NULL;
	stream.buffer = (txString)source->text;
	stream.offset = 0;
	stream.size = (txSize)source->size;
	fxInitializeParser(parser, the, the->parserBufferSize, the->parserTableModulo);
	parser->firstJump = &jump;
	if (c_setjmp(jump.jmp_buf) == 0) {
		parser->path = fxNewParserSymbol(parser, (txString)path);
		fxParserTree(parser, &stream, fxStringCGetter, 0, NULL);
		fxParserHoist(parser);
		fxParserBind(parser);
		script = fxParserCode(parser);
	}
	if (parser->errorCount) script = NULL;
	fxTerminateParser(parser);
	if (!script) return NULL;
	if (!engineMapNames(the, script)) fail(EXIT_SETUP, "no memory");
	heapInFlash = 1;
	code = mcuCalloc(1, sizeof(Code));
	code->path = toFlash(path);
	heapInFlash = 1;
	code->size = script->codeSize;
	code->bytes = mcuMalloc((size_t)script->codeSize);
	heapInFlash = 0;
	memcpy(code->bytes, script->codeBuffer, (size_t)script->codeSize);
	engineToArchive(code->bytes, code->size);
	codeBytes += code->size;
	fxDeleteScript(script);
	return code;
}

/* Runs a module, and all that it imports, in the root. */
void preload(txMachine* machine, const char* path)
{
	txMachine* the = fxBeginHost(machine);
	{
		mxTry(the) {
			mxPushStringC((txString)path);
			fxAwaitImport(the, XS_IMPORT_NAMESPACE);
			mxPop();
		}
		mxCatch(the) {
			char text[256];
			mxPush(mxException);
			fxToStringBuffer(the, the->stack, text, sizeof(text));
			fail(EXIT_SETUP, "%s cannot be put into flash: %s", path, text);
		}
	}
	fxEndHost(the);
}

/* The app's main module runs on the device: its code goes to flash, and all that it imports was preloaded. */
void archiveMain(txMachine* the, const char* path)
{
	Code* code = compile(the, path);
	if (!code) fail(EXIT_SETUP, "%s cannot be parsed", path);
	code->next = archive;
	archive = code;
	fxNewNameC(the, (txString)path);
}

/* The engine asks: which module is this? */
txID fxFindModule(txMachine* the, txSlot* realm, txID moduleID, txSlot* slot)
{
	char name[PATH], path[PATH];
	fxToStringBuffer(the, slot, name, sizeof(name));
	if (!resolve(name, (moduleID == XS_NO_ID) ? NULL : fxGetKeyName(the, moduleID), path)) mxReferenceError("module \"%s\" is not in the image", name);
	return fxNewNameC(the, path);
}

/* The engine asks for a module that has not run in this machine. */
void fxLoadModule(txMachine* the, txSlot* module, txID moduleID)
{
	txString path = fxGetKeyName(the, moduleID);
	txScript script;
	Code* code = archive;
	while (code && strcmp(code->path, path)) code = code->next;
	if (!code && !onDevice) code = compile(the, path);
	if (!code) mxReferenceError("%s is not in flash", path);
	memset(&script, 0, sizeof(script));
	script.codeBuffer = code->bytes;
	script.codeSize = code->size;
	script.path = (txString)code->path;
	script.version[0] = XS_MAJOR_VERSION;
	script.version[1] = XS_MINOR_VERSION;
	script.version[2] = XS_PATCH_VERSION;
	fxResolveModule(the, module, moduleID, &script, NULL, NULL);
}
