/*
 * What outlasts a restart, as a device's flash does: bytes by domain and key, in memory or, with --storage, in a file that is written anew at each change.
 * And resources: files of a folder, mapped read-only, which cost no RAM.
 */
#include "sim.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_LIMIT 64
#define VALUE_LIMIT 4000      /* as one entry of an ESP32's flash takes */

typedef struct Entry {
	char domain[NAME_LIMIT], key[NAME_LIMIT];
	uint32_t length;
	struct Entry* next;
	txByte bytes[];
} Entry;

static Entry* entries;
static int loaded = 0;

extern txInteger _xsmcGetBuffer(txMachine* the, txSlot* slot, void** data, txUnsigned* count, txBoolean writable);

static void load(void)
{
	Entry head;
	FILE* file = sim.options.storage ? fopen(sim.options.storage, "rb") : NULL;
	loaded = 1;
	if (!file) return;
	while (fread(&head, offsetof(Entry, next), 1, file) == 1) {
		int named = !head.domain[NAME_LIMIT - 1] && !head.key[NAME_LIMIT - 1];
		Entry* entry = (named && (head.length <= VALUE_LIMIT)) ? malloc(sizeof(Entry) + head.length) : NULL;
		if (!entry || (head.length && (fread(entry->bytes, head.length, 1, file) != 1)))
			simFail(EXIT_SETUP, "--storage %s: it is damaged", sim.options.storage);
		memcpy(entry, &head, offsetof(Entry, next));
		entry->next = entries;
		entries = entry;
	}
	fclose(file);
}

static void save(void)
{
	Entry* entry;
	FILE* file;
	if (!sim.options.storage) return;
	file = fopen(sim.options.storage, "wb");
	if (!file) simFail(EXIT_SETUP, "--storage %s: it cannot be written", sim.options.storage);
	for (entry = entries; entry; entry = entry->next) {
		fwrite(entry, offsetof(Entry, next), 1, file);
		fwrite(entry->bytes, entry->length, 1, file);
	}
	fclose(file);
}

/* The link to the entry that the first two arguments name, or to the end. */
static Entry** find(txMachine* the, char* domain, char* key)
{
	Entry** link = &entries;
	simGuard(the);
	if (mxArgc < 2) mxTypeError("storage: domain and key are wanted");
	memset(domain, 0, NAME_LIMIT);
	memset(key, 0, NAME_LIMIT);
	fxToStringBuffer(the, mxArgv(0), domain, NAME_LIMIT);
	fxToStringBuffer(the, mxArgv(1), key, NAME_LIMIT);
	if (!loaded) load();
	while (*link && (strcmp((*link)->domain, domain) || strcmp((*link)->key, key))) link = &(*link)->next;
	return link;
}

/* read(domain, key): an ArrayBuffer, or undefined */
static void storageRead(txMachine* the)
{
	char domain[NAME_LIMIT], key[NAME_LIMIT];
	Entry* entry = *find(the, domain, key);
	if (entry) fxArrayBuffer(the, mxResult, entry->bytes, (txInteger)entry->length, -1);
}

static void removeEntry(Entry** link)
{
	Entry* entry = *link;
	*link = entry->next;
	free(entry);
}

/* write(domain, key, buffer) */
static void storageWrite(txMachine* the)
{
	char domain[NAME_LIMIT], key[NAME_LIMIT];
	Entry** link = find(the, domain, key);
	Entry* entry;
	void* data;
	txUnsigned size;
	if (mxArgc < 3) mxTypeError("storage: a buffer is wanted");
	_xsmcGetBuffer(the, mxArgv(2), &data, &size, 0);
	if (size > VALUE_LIMIT) mxRangeError("storage: %d bytes; an entry holds %d", (int)size, VALUE_LIMIT);
	entry = calloc(1, sizeof(Entry) + size);
	if (!entry) simFail(EXIT_SETUP, "no memory");
	if (*link) removeEntry(link);
	memcpy(entry->domain, domain, NAME_LIMIT);
	memcpy(entry->key, key, NAME_LIMIT);
	entry->length = size;
	memcpy(entry->bytes, data, size);
	entry->next = entries;
	entries = entry;
	save();
}

/* delete(domain, key) */
static void storageDelete(txMachine* the)
{
	char domain[NAME_LIMIT], key[NAME_LIMIT];
	Entry** link = find(the, domain, key);
	if (!*link) return;
	removeEntry(link);
	save();
}

/* key(domain, index): the key of the domain's entry number index, or undefined */
static void storageKey(txMachine* the)
{
	char domain[NAME_LIMIT], number[NAME_LIMIT];
	Entry* entry;
	txInteger index;
	find(the, domain, number);
	index = fxToInteger(the, mxArgv(1));
	for (entry = entries; entry; entry = entry->next) {
		if (strcmp(entry->domain, domain)) continue;
		if (index-- == 0) {
			fxString(the, mxResult, entry->key);
			return;
		}
	}
}

/* resource(name): the file's bytes as they lie in flash, or undefined */
static void resource(txMachine* the)
{
	char name[256], path[4096];
	struct stat status;
	void* bytes;
	int descriptor;
	simGuard(the);
	if (mxArgc < 1) mxTypeError("resource: a name is wanted");
	fxToStringBuffer(the, mxArgv(0), name, sizeof(name));
	if (!sim.options.resources || strstr(name, "..")) return;
	snprintf(path, sizeof(path), "%s/%s", sim.options.resources, name);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0) return;
	if (fstat(descriptor, &status) || !S_ISREG(status.st_mode) || (status.st_size == 0)) {
		close(descriptor);
		return;
	}
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
	close(descriptor);
	if (bytes == MAP_FAILED) simFail(EXIT_SETUP, "%s: it cannot be read", path);
	fxNewHostObject(the, NULL);
	fxSetHostBuffer(the, the->stack, bytes, (txSize)status.st_size);
	fxPetrifyHostBuffer(the, the->stack);
	mxPullSlot(mxResult);
}

void simDefineStorage(txMachine* the, txSlot* object)
{
	txSlot* property = fxLastProperty(the, object->value.reference);
	property = simAddFunction(the, property, storageRead, 2, "read");
	property = simAddFunction(the, property, storageWrite, 3, "write");
	property = simAddFunction(the, property, storageDelete, 2, "delete");
	property = simAddFunction(the, property, storageKey, 2, "key");
	property = simAddFunction(the, property, resource, 1, "resource");
}
