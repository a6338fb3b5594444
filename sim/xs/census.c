/*
 * What lives in the device's heaps at one moment: objects by class with their slots and chunks, the other slots by kind, and the stack by
 * function. Reads memory only. Taken once, when the sum of live memory first reaches what --census says, after as many marks as --census-mark says.
 */
#include "sim.h"

#define CLASS_LIMIT 160
#define CALL_LIMIT 40

typedef struct {
	char name[48];
	int count, slots;
	double chunkBytes;
} Class;

typedef struct {
	char name[48];
	int slots;
} Call;

static Class classes[CLASS_LIMIT];
static int classCount;
static Call calls[CALL_LIMIT];
static int callCount;
static Call ended[CALL_LIMIT];
static int endedCount;
static int taken = 0;
static double takenAt;

static const char* const kinds[] = {
	"undefined", "null", "boolean", "integer", "number", "string", "string", "symbol", "bigint", "bigint", "reference", "closure", "frame",
	"instance", "arguments", "arguments", "array", "buffer", "callback", "code", "code", "date", "view", "cell", "registry", "global", "host", "map",
	"module", "program", "promise", "proxy", "regexp", "set", "typed array", "weak map", "weak ref", "weak set", "accessor", "at", "entry", "error",
	"home", "key", "key", "list", "private", "stack", "var", "callback"
};

static Class* classOf(const char* name)
{
	int i;
	for (i = 0; i < classCount; i++)
		if (!strcmp(classes[i].name, name)) return &classes[i];
	if (classCount < CLASS_LIMIT - 1) classCount++;
	else i = classCount - 1;
	snprintf(classes[i].name, sizeof(classes[i].name), "%s", name);
	return &classes[i];
}

static double sizeOf(void* data)
{
	return data ? ((txChunk*)((txByte*)data - sizeof(txChunk)))->size & 0x7FFFFFFF : 0;
}

static double chunkOf(txSlot* slot)
{
	switch (slot->kind) {
	case XS_STRING_KIND: return sizeOf(slot->value.string);
	case XS_BIGINT_KIND: return sizeOf(slot->value.bigint.data);
	case XS_ARRAY_BUFFER_KIND: return sizeOf(slot->value.arrayBuffer.address);
	case XS_ARGUMENTS_SLOPPY_KIND:
	case XS_ARGUMENTS_STRICT_KIND:
	case XS_ARRAY_KIND: return sizeOf(slot->value.array.address);
	case XS_MAP_KIND:
	case XS_SET_KIND:
	case XS_GLOBAL_KIND: return sizeOf(slot->value.table.address);
	case XS_KEY_KIND: return sizeOf(slot->value.key.string);
	}
	return 0;
}

static const char* textOf(txSlot* slot)
{
	if ((slot->kind == XS_STRING_KIND) || (slot->kind == XS_STRING_X_KIND)) return slot->value.string;
	if ((slot->kind == XS_KEY_KIND) || (slot->kind == XS_KEY_X_KIND)) return slot->value.key.string;
	return NULL;
}

static const char* functionName(txSlot* function)
{
	txSlot* property;
	for (property = function->next; property; property = property->next) {
		const char* name;
		if ((property->ID == mxID(_name)) && !(property->flag & XS_INTERNAL_FLAG) && (name = textOf(property))) return *name ? name : "(anonymous)";
	}
	return "(anonymous)";
}

static void className(txMachine* the, txSlot* instance, char* buffer, size_t size)
{
	txSlot* first = instance->next;
	txSlot* prototype = instance->value.instance.prototype;
	txSlot* property;
	if (first && (first->flag & XS_INTERNAL_FLAG) && ((first->kind == XS_CALLBACK_KIND) || (first->kind == XS_CALLBACK_X_KIND) || (first->kind == XS_CODE_KIND) || (first->kind == XS_CODE_X_KIND))) {
		snprintf(buffer, size, "function %s", functionName(instance));
		return;
	}
	for (property = prototype ? prototype->next : NULL; property; property = property->next) {
		if ((property->ID != mxID(_constructor)) || (property->kind != XS_REFERENCE_KIND)) continue;
		snprintf(buffer, size, "%s", functionName(property->value.reference));
		if (first && (first->kind == XS_ARRAY_BUFFER_KIND) && first->next && (first->next->kind == XS_BUFFER_INFO_KIND))
			snprintf(buffer, size, "ArrayBuffer(%d)", (int)first->next->value.bufferInfo.length);
		return;
	}
	snprintf(buffer, size, first ? "object, %s" : "object", first && (first->kind >= 0) && (first->kind < (int)(sizeof(kinds) / sizeof(kinds[0]))) ? kinds[first->kind] : "?");
}

static txByte* marks;      /* one byte a slot of the heap block at hand: 1 free, 2 counted */
static txSlot* blockStart;
static txSlot* blockEnd;

static int isIn(txSlot* slot)
{
	return (blockStart <= slot) && (slot < blockEnd);
}

static void countInstance(txMachine* the, txSlot* instance)
{
	char name[48];
	Class* class;
	txSlot* slot;
	className(the, instance, name, sizeof(name));
	class = classOf(name);
	class->count++;
	for (slot = instance; slot; slot = slot->next) {
		if (isIn(slot)) {
			if (marks[slot - blockStart]) break;
			marks[slot - blockStart] = 2;
		}
		class->slots++;
		if (slot != instance) class->chunkBytes += chunkOf(slot);
	}
}

static void countOther(txSlot* slot)
{
	char name[48];
	Class* class;
	int known = (slot->kind >= 0) && (slot->kind < (int)(sizeof(kinds) / sizeof(kinds[0])));
	snprintf(name, sizeof(name), "(%s)", known ? kinds[slot->kind] : "other");
	class = classOf(name);
	class->count++;
	class->slots++;
	class->chunkBytes += chunkOf(slot);
}

static void countHeap(txMachine* the)
{
	txSlot* heap;
	txSlot* slot;
	for (heap = the->firstHeap; heap; heap = heap->next) {
		blockStart = heap + 1;
		blockEnd = heap->value.reference;
		marks = calloc((size_t)(blockEnd - blockStart), 1);
		if (!marks) return;
		for (slot = the->freeHeap; slot; slot = slot->next)
			if (isIn(slot)) marks[slot - blockStart] = 1;
		for (slot = blockStart; slot < blockEnd; slot++)
			if ((slot->kind == XS_INSTANCE_KIND) && !marks[slot - blockStart]) countInstance(the, slot);
		for (slot = blockStart; slot < blockEnd; slot++)
			if (!marks[slot - blockStart]) countOther(slot);
		free(marks);
	}
}

/* A frame's slots: from its this down to where the next inner one begins. */
static void countStack(txMachine* the)
{
	txSlot* frame = the->frame;
	txSlot* from = the->stack;
	txSlot* slot;
	Class* class = classOf("(bigint on the stack)");
	for (slot = the->stack; slot < the->stackTop; slot++) {
		if (slot->kind != XS_BIGINT_KIND) continue;
		class->count++;
		class->chunkBytes += chunkOf(slot);
	}
	while (frame && (callCount < CALL_LIMIT)) {
		txSlot* function = frame + 3;
		Call* call = &calls[callCount++];
		const char* name = (function->kind == XS_REFERENCE_KIND) ? functionName(function->value.reference) : "(host)";
		snprintf(call->name, sizeof(call->name), "%s", name);
		call->slots = (int)(frame + 5 - from);
		from = frame + 5;
		frame = frame->next;
	}
}

/*
 * What ran deepest since the last look has ended, but its frames still lie below the stack. Of several calls at one depth the last one is seen,
 * so this is a hint at who used the stack, not a measure.
 */
static void findEnded(txMachine* the, txSlot* deepest)
{
	txSlot* slot;
	txSlot* from = deepest;
	for (slot = deepest; (slot < the->stack) && (endedCount < CALL_LIMIT); slot++) {
		Call* call;
		txSlot* function = slot + 3;
		if ((slot->kind != XS_FRAME_KIND) || (function >= the->stackTop) || (function->kind != XS_REFERENCE_KIND)) continue;
		call = &ended[endedCount++];
		snprintf(call->name, sizeof(call->name), "%s", functionName(function->value.reference));
		call->slots = (int)(slot + 5 - from);
		from = slot + 5;
	}
}

static double sizeOfClass(const Class* class)
{
	return class->slots * (double)sizeof(txSlot) + class->chunkBytes;
}

static int compareClasses(const void* a, const void* b)
{
	double left = sizeOfClass(a), right = sizeOfClass(b);
	return (left < right) - (left > right);
}

static void forget(void)
{
	classCount = callCount = endedCount = 0;
	memset(classes, 0, sizeof(classes));
}

/* The stack by function, where one may stand there many times. */
static void countFrames(txMachine* the)
{
	txSlot* frame = the->frame;
	txSlot* from = the->stack;
	for (; frame; frame = frame->next) {
		txSlot* function = frame + 3;
		Class* class = classOf((function->kind == XS_REFERENCE_KIND) ? functionName(function->value.reference) : "(host)");
		class->count++;
		class->slots += (int)(frame + 5 - from);
		from = frame + 5;
	}
}

#define HOLDERS 6

/* The largest of what lives in the heaps, or on the stack, in one line. Takes nothing from the device's memory: there is none left. */
void simHolders(txMachine* the, int ofStack, char* buffer, size_t size)
{
	size_t used = 0;
	int i;
	buffer[0] = 0;
	forget();
	if (ofStack) countFrames(the);
	else countHeap(the);
	qsort(classes, (size_t)classCount, sizeof(Class), compareClasses);
	for (i = 0; (i < classCount) && (i < HOLDERS) && (used + 100 < size); i++) {
		const Class* class = &classes[i];
		if (!sizeOfClass(class)) break;
		used += (size_t)snprintf(buffer + used, size - used, "%s%s \xC3\x97 %s: %s slots", used ? "; " : "", class->name, simThousands(class->count), simThousands(class->slots));
		if (class->chunkBytes) used += (size_t)snprintf(buffer + used, size - used, " and %s bytes of chunks", simThousands(class->chunkBytes));
	}
}

void simCensus(txMachine* the, double sum, int markCount, txSlot* deepest)
{
	if (taken || !sim.options.census || (sum < sim.options.census) || (markCount < sim.options.censusMark)) return;
	taken = 1;
	takenAt = sum;
	forget();
	countHeap(the);
	countStack(the);
	findEnded(the, deepest);
}

/* Peaks start anew: so does the census. */
void simCensusReset(void)
{
	taken = 0;
}

static void writeName(FILE* file, const char* name)
{
	fputs("{\"name\":\"", file);
	for (; *name; name++)
		if ((*name >= ' ') && (*name != '"') && (*name != '\\')) fputc(*name, file);
	fputc('"', file);
}

static void writeCalls(FILE* file, const Call* list, int count)
{
	int i;
	for (i = 0; i < count; i++) {
		if (i) fputc(',', file);
		writeName(file, list[i].name);
		fprintf(file, ",\"slots\":%d}", list[i].slots);
	}
}

void simWriteCensus(FILE* file)
{
	int i;
	if (!taken) {
		fputs("\"census\":null,", file);
		return;
	}
	fprintf(file, "\"census\":{\"bytes\":%.0f,\"classes\":[", takenAt);
	for (i = 0; i < classCount; i++) {
		if (i) fputc(',', file);
		writeName(file, classes[i].name);
		fprintf(file, ",\"count\":%d,\"slots\":%d,\"chunkBytes\":%.0f}", classes[i].count, classes[i].slots, classes[i].chunkBytes);
	}
	fputs("],\"calls\":[", file);
	writeCalls(file, calls, callCount);
	fputs("],\"ended\":[", file);
	writeCalls(file, ended, endedCount);
	fputs("]},", file);
}
