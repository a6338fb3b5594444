/*
 * From specifier to file to bytecode. Code lies outside the heaps, as in flash, with the opcodes that a linked archive has: functions run
 * where they are, string literals are not copied.
 */
#include "sim.h"
#include <limits.h>

typedef struct Mapping { char* specifier; char* path; struct Mapping* next; } Mapping;
typedef struct Code { char* path; txByte* bytes; txSize size; struct Code* next; } Code;
typedef struct Import { char* specifier; struct Import* next; } Import;
typedef struct Path { char* path; struct Path* next; } Path;

static const char* builtIns[][2] = {
	{ "timer", "timer.js" },
	{ "embedded:io/socket/tcp", "tcp.js" },
	{ "embedded:io/socket/listener", "listener.js" },
	{ "embedded:network/dns/resolver/udp", "resolver.js" },
	{ "embedded:thimble/entropy", "entropy.js" },
	{ "preference", "preference.js" },
	{ "embedded:storage/key-value", "key-value.js" },
	{ "Resource", "resource.js" },
	{ "sntp", "sntp.js" },
	{ "embedded:network/ntp/client", "ntp.js" },
	{ "net", "net.js" },
	{ "time", "time.js" },
	{ "sim:measure", "measure.js" },
	{ "sim:host", "host.js" },
};
static const char configPath[] = "mc/config";

static Mapping* mappings;
static Code* archive;      /* modules that run on the device: their code only */
static Path* runtimes;
static Path* seen;
static int parseAllowed = 0;
int simParsedOnDevice = 0;

static char* copyString(const char* text)
{
	char* result = strdup(text);
	if (!result) simFail(EXIT_SETUP, "no memory");
	return result;
}

static Path* pathAdd(Path* list, const char* path)
{
	Path* item = malloc(sizeof(Path));
	if (!item) simFail(EXIT_SETUP, "no memory");
	item->path = copyString(path);
	item->next = list;
	return item;
}

void simMapAdd(const char* specifier, const char* path)
{
	Mapping* mapping = malloc(sizeof(Mapping));
	if (!mapping) simFail(EXIT_SETUP, "no memory");
	mapping->specifier = copyString(specifier);
	mapping->path = copyString(path);
	mapping->next = mappings;
	mappings = mapping;
}

void simRuntimeAdd(const char* path)
{
	runtimes = pathAdd(runtimes, path);
}

void simParseAllow(void)
{
	parseAllowed = 1;
}

int simIsRuntime(const char* path)
{
	Path* item;
	for (item = runtimes; item; item = item->next) {
		size_t length = strlen(item->path);
		if (!strncmp(path, item->path, length) && ((path[length] == 0) || (path[length] == '/') || (length && (item->path[length - 1] == '/')))) return 1;
	}
	return 0;
}

/* A file's absolute path, in a buffer that the next call overwrites; NULL with a message when there is no such module. */
const char* simResolve(const char* specifier, const char* parent, char* message, size_t size)
{
	static char real[PATH_MAX];
	char path[PATH_MAX * 2];
	const Mapping* mapping;
	const Mapping* best = NULL;
	size_t i;
	path[0] = 0;
	if ((specifier[0] == '.') && ((specifier[1] == '/') || ((specifier[1] == '.') && (specifier[2] == '/')))) {
		const char* slash = parent ? strrchr(parent, '/') : NULL;
		if (slash) snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - parent), parent, specifier);
		else snprintf(path, sizeof(path), "%s", specifier);
	}
	else if (specifier[0] == '/')
		snprintf(path, sizeof(path), "%s", specifier);
	else if (!strcmp(specifier, configPath)) {
		if (sim.options.config) return configPath;
		snprintf(message, size, "module \"mc/config\" is missing: give --config FILE");
		return NULL;
	}
	else {
		for (mapping = mappings; mapping; mapping = mapping->next) {
			size_t length = strlen(mapping->specifier);
			int folder = length && (mapping->specifier[length - 1] == '/');
			if (folder ? strncmp(specifier, mapping->specifier, length) : strcmp(specifier, mapping->specifier)) continue;
			if (!best || (length > strlen(best->specifier))) best = mapping;
		}
		if (best) snprintf(path, sizeof(path), "%s%s", best->path, specifier + strlen(best->specifier));
		else for (i = 0; i < sizeof(builtIns) / sizeof(builtIns[0]); i++) {
			if (!strcmp(specifier, builtIns[i][0])) snprintf(path, sizeof(path), "%s/%s", sim.options.modules, builtIns[i][1]);
		}
	}
	if (!path[0]) snprintf(message, size, "module \"%s\" is not mapped%s%s", specifier, parent ? ", imported by " : "", parent ? parent : "");
	else if (!realpath(path, real)) snprintf(message, size, "module \"%s\" not found: %s: %s%s%s", specifier, path, strerror(errno), parent ? ", imported by " : "", parent ? parent : "");
	else return real;
	return NULL;
}

static Import* importsOf(txParser* parser)
{
	txNode* body = ((txModuleNode*)parser->root)->body;
	txNode* node = body;
	Import* first = NULL;
	Import** last = &first;
	if (body->description->token == XS_TOKEN_STATEMENTS) node = ((txStatementsNode*)body)->items->first;
	for (; node; node = node->next) {
		txNode* from = NULL;
		if (node->description->token == XS_TOKEN_IMPORT) from = ((txImportNode*)node)->from;
		else if (node->description->token == XS_TOKEN_EXPORT) from = ((txExportNode*)node)->from;
		if (from && from->description && (from->description->token == XS_TOKEN_STRING)) {
			*last = calloc(1, sizeof(Import));
			if (!*last) simFail(EXIT_SETUP, "no memory");
			(*last)->specifier = copyString(((txStringNode*)from)->value);
			last = &(*last)->next;
		}
		if (node == body) break;
	}
	return first;
}

static char* readSource(const char* path, size_t* size)
{
	char* json;
	char* text;
	if (strcmp(path, configPath)) return simReadFile(path, size);
	json = simReadFile(sim.options.config, size);
	text = malloc(*size + 32);
	if (!text) simFail(EXIT_SETUP, "no memory");
	*size = (size_t)sprintf(text, "export default %s;\n", json);
	free(json);
	return text;
}

/* Parses a file. NULL: a message was printed. */
static Code* compile(txMachine* the, const char* path, Import** imports)
{
	txParser parserBuffer, *parser = &parserBuffer;
	txParserJump jump;
	txStringCStream stream;
	txScript* script = NULL;
	Code* code;
	size_t size;
	char* text = readSource(path, &size);
	stream.buffer = text;
	stream.offset = 0;
	stream.size = (txSize)size;
	fxInitializeParser(parser, the, the->parserBufferSize, the->parserTableModulo);
	parser->firstJump = &jump;
	if (c_setjmp(jump.jmp_buf) == 0) {
		parser->path = fxNewParserSymbol(parser, (txString)path);
		fxParserTree(parser, &stream, fxStringCGetter, 0, NULL);
		if (imports && !parser->errorCount) *imports = importsOf(parser);
		fxParserHoist(parser);
		fxParserBind(parser);
		script = fxParserCode(parser);
	}
	if (parser->errorCount) script = NULL;
	fxTerminateParser(parser);
	free(text);
	if (!script) return NULL;
	if (!engineMapNames(the, script)) simFail(EXIT_SETUP, "no memory");
	code = calloc(1, sizeof(Code));
	if (!code) simFail(EXIT_SETUP, "no memory");
	code->path = copyString(path);
	code->size = script->codeSize;
	code->bytes = sim.root ? malloc(script->codeSize) : simFlashAllocate(script->codeSize);
	if (!code->bytes) simFail(EXIT_SETUP, "no memory");
	memcpy(code->bytes, script->codeBuffer, script->codeSize);
	engineToArchive(code->bytes, code->size);
	if (!sim.root) simFlash.codeBytes += code->size;
	fxDeleteScript(script);
	return code;
}

static Code* find(const char* path)
{
	Code* code = archive;
	while (code && strcmp(code->path, path)) code = code->next;
	return code;
}

/* Runs a module, and all that it imports, in the root. */
void simPreload(txMachine* the, const char* path)
{
	txMachine* machine = the;
	the = fxBeginHost(machine);
	{
		mxTry(the) {
			mxPushStringC((txString)path);
			fxAwaitImport(the, XS_IMPORT_NAMESPACE);
			mxPop();
		}
		mxCatch(the) {
			char text[512];
			mxPush(mxException);
			fxToStringBuffer(the, the->stack, text, sizeof(text));
			simFail(EXIT_SETUP, "%s cannot be put into flash: %s", path, text);
		}
	}
	fxEndHost(the);
}

/* A module that runs on the device: its code goes to the archive; what it imports goes there too, or is run in the root. */
void simPreloadGraph(txMachine* the, const char* path)
{
	Path* item;
	Import* imports = NULL;
	Import* import;
	Code* code;
	for (item = seen; item; item = item->next)
		if (!strcmp(item->path, path)) return;
	seen = pathAdd(seen, path);
	path = seen->path;
	code = compile(the, path, &imports);
	if (!code) simFail(EXIT_SETUP, "%s cannot be parsed", path);
	code->next = archive;
	archive = code;
	fxNewNameC(the, (txString)path);
	for (import = imports; import; import = import->next) {
		char message[1024], *resolved;
		const char* target = simResolve(import->specifier, path, message, sizeof(message));
		if (!target) simFail(EXIT_SETUP, "%s", message);
		resolved = copyString(target);
		if (simIsRuntime(resolved)) simPreloadGraph(the, resolved);
		else simPreload(the, resolved);
		free(resolved);
	}
}

/* The engine asks: which module is this? The answer is a name, an absolute path. */
txID fxFindModule(txMachine* the, txSlot* realm, txID moduleID, txSlot* slot)
{
	char name[PATH_MAX], message[1024];
	const char* path;
	fxToStringBuffer(the, slot, name, sizeof(name));
	path = simResolve(name, (moduleID == XS_NO_ID) ? NULL : fxGetKeyName(the, moduleID), message, sizeof(message));
	if (!path) mxReferenceError("%s", message);
	return fxNewNameC(the, (txString)path);
}

/* The engine asks for a module that has not run in this machine. */
void fxLoadModule(txMachine* the, txSlot* module, txID moduleID)
{
	txString path = fxGetKeyName(the, moduleID);
	txScript script;
	Code* code = find(path);
	if (!code) {
		if (sim.root && !parseAllowed) mxReferenceError("%s is not in flash: import it statically, or list it under preload or runtime", path);
		code = compile(the, path, NULL);
		if (!code) mxSyntaxError("%s cannot be parsed", path);
		if (sim.root) simParsedOnDevice++;
	}
	memset(&script, 0, sizeof(script));
	script.codeBuffer = code->bytes;
	script.codeSize = code->size;
	script.path = code->path;
	script.version[0] = XS_MAJOR_VERSION;
	script.version[1] = XS_MINOR_VERSION;
	script.version[2] = XS_PATCH_VERSION;
	fxResolveModule(the, module, moduleID, &script, NULL, NULL);
}
