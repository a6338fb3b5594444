/*
 * Counters around the engine's allocator, which is wrapped at link time. They live in C memory: reading them costs the device nothing.
 * In peak mode a collection runs each time so many bytes were allocated, so that what is seen is live memory and not garbage.
 */
#include "sim.h"
#if defined(__has_include)
	#if __has_include(<valgrind/callgrind.h>)
		#include <valgrind/callgrind.h>
		#define SIM_CALLGRIND 1
	#endif
#endif

#define MARK_LIMIT 512

typedef struct {
	double chunks, chunkBytes, slots; /* since the machine started */
	double collections, forced;
	txU2 lastCollections;
} Allocated;

typedef struct {
	SimUse top;            /* largest sum of live chunks, slots and stack at one moment */
	double chunkBytes, slots, stackBytes;  /* largest of each alone */
	double bound;          /* no moment between two samples can have been above this */
} Peak;

typedef struct {
	char name[48];
	SimUse live;
	Peak peak;
	Allocated allocated;
	double highChunkBytes, highSlots;
} Mark;

void* __real_fxNewChunk(txMachine* the, txSize size);
void* __real_fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity);
void* __real_fxRenewChunk(txMachine* the, void* data, txSize size);
txSlot* __real_fxNewSlot(txMachine* the);
txSlot* __real_fxDuplicateSlot(txMachine* the, txSlot* slot);

static Allocated total;
static Peak sinceMark, overall;
static SimUse start, before;   /* before: live memory at the last sample */
static double highChunkBytes, highSlots;
static txSlot* deepest;        /* of the XS stack, over the whole run */
static double nextSample;
static int sampling = 0;
static txSize asked;
static Mark marks[MARK_LIMIT];
static int markCount = 0;

static txSize chunkSize(txSize size)
{
	return (txSize)(((size + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1)) + sizeof(txChunk));
}

void simAsked(char* buffer, size_t size)
{
	snprintf(buffer, size, "%s bytes of chunk", simThousands(asked));
}

SimUse simUseNow(txMachine* the)
{
	SimUse use;
	use.chunkBytes = the->currentChunksSize;
	use.slots = the->currentHeapCount;
	use.stackBytes = (double)((the->stackTop - the->stack) * (ptrdiff_t)sizeof(txSlot));
	use.sum = use.chunkBytes + use.slots * sizeof(txSlot) + use.stackBytes;
	return use;
}

static void countCollections(txMachine* the)
{
	total.collections += (txU2)(the->garbageCollectionCount - total.lastCollections);
	total.lastCollections = the->garbageCollectionCount;
}

static void raise(Peak* peak, SimUse use, double bound, double stackBytes)
{
	if (peak->top.sum < use.sum) peak->top = use;
	if (peak->chunkBytes < use.chunkBytes) peak->chunkBytes = use.chunkBytes;
	if (peak->slots < use.slots) peak->slots = use.slots;
	if (peak->stackBytes < stackBytes) peak->stackBytes = stackBytes;
	if (peak->bound < bound) peak->bound = bound;
}

static void noteHigh(txMachine* the)
{
	if (highChunkBytes < the->peakChunksSize) highChunkBytes = the->peakChunksSize;
	if (highSlots < the->peakHeapCount) highSlots = the->peakHeapCount;
	if (the->stackPeak < deepest) deepest = the->stackPeak;
}

/* compact: chunks are exact. Otherwise (a new slot: chunks must not move) chunks count with their garbage of less than one interval. */
static void sample(txMachine* the, txFlag flag)
{
	SimUse use;
	double stackBytes, heap, former;
	if (!(the->collectFlag & XS_COLLECTING_FLAG)) return;
	sampling = 1;
	noteHigh(the);
	fxCollect(the, flag);
	total.forced++;
	countCollections(the);
	use = simUseNow(the);
	if (the->stack < the->stackPeak) the->stackPeak = the->stack;
	stackBytes = (double)((the->stackTop - the->stackPeak) * (ptrdiff_t)sizeof(txSlot));
	heap = use.sum - use.stackBytes;
	former = before.sum - before.stackBytes;
	raise(&sinceMark, use, ((heap > former) ? heap : former) + stackBytes, stackBytes);
	raise(&overall, use, ((heap > former) ? heap : former) + stackBytes, stackBytes);
	before = use;
	noteHigh(the);
	the->stackPeak = the->stack;
	nextSample = total.chunkBytes + total.slots * sizeof(txSlot) + sim.options.peakEvery;
	sampling = 0;
}

static int isDue(txMachine* the)
{
	return sim.options.peakEvery && (the == sim.device) && !sampling && (total.chunkBytes + total.slots * sizeof(txSlot) >= nextSample);
}

void* __wrap_fxNewChunk(txMachine* the, txSize size)
{
	if (isDue(the)) sample(the, XS_COMPACT_FLAG);
	asked = size;
	total.chunks++;
	total.chunkBytes += chunkSize(size);
	return __real_fxNewChunk(the, size);
}

void* __wrap_fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity)
{
	if (isDue(the)) sample(the, XS_COMPACT_FLAG);
	asked = size;
	total.chunks++;
	total.chunkBytes += chunkSize(capacity);
	return __real_fxNewGrowableChunk(the, size, capacity);
}

/* Growing in place is an allocation of the difference; when it fails, the engine asks for a new chunk. */
void* __wrap_fxRenewChunk(txMachine* the, void* data, txSize size)
{
	txSize former = the->currentChunksSize;
	void* result = __real_fxRenewChunk(the, data, size);
	if (result && (the->currentChunksSize > former)) total.chunkBytes += the->currentChunksSize - former;
	return result;
}

txSlot* __wrap_fxNewSlot(txMachine* the)
{
	if (isDue(the)) sample(the, XS_ORGANIC_FLAG);
	total.slots++;
	return __real_fxNewSlot(the);
}

txSlot* __wrap_fxDuplicateSlot(txMachine* the, txSlot* slot)
{
	if (isDue(the)) sample(the, XS_ORGANIC_FLAG);
	total.slots++;
	return __real_fxDuplicateSlot(the, slot);
}

void simCountersCollect(txMachine* the)
{
	if (sim.options.peakEvery) sample(the, XS_COMPACT_FLAG);
	else {
		noteHigh(the);
		fxCollect(the, XS_COMPACT_FLAG);
		total.forced++;
		countCollections(the);
	}
}

static void restartPeaks(txMachine* the, Peak* peak)
{
	SimUse now = simUseNow(the);
	memset(peak, 0, sizeof(Peak));
	raise(peak, now, now.sum, now.stackBytes);
	the->stackPeak = the->stack;
	before = now;
}

/* Forgets what happened until here: peaks and marks start anew. Cumulative counters go on. */
void simCountersReset(txMachine* the)
{
	simCountersCollect(the);
	noteHigh(the);
	markCount = 0;
	highChunkBytes = the->peakChunksSize = the->currentChunksSize;
	highSlots = the->peakHeapCount = the->currentHeapCount;
	deepest = the->stackPeak = the->stack;
	restartPeaks(the, &sinceMark);
	restartPeaks(the, &overall);
}

void simCountersStart(txMachine* the)
{
	memset(&total, 0, sizeof(total));
	fxCollect(the, XS_COMPACT_FLAG);
	total.lastCollections = the->garbageCollectionCount;
	the->peakChunksSize = the->currentChunksSize;
	the->peakHeapCount = the->currentHeapCount;
	deepest = the->stackPeak = the->stack;
	start = simUseNow(the);
	restartPeaks(the, &sinceMark);
	restartPeaks(the, &overall);
	nextSample = sim.options.peakEvery;
}

/* Live memory of a mark is known only in peak mode: elsewhere a mark must not collect, since collections are counted. */
void simMark(txMachine* the, const char* name)
{
	Mark* mark = &marks[markCount];
	if (markCount == MARK_LIMIT) return;
	markCount++;
	if (sim.options.peakEvery) sample(the, XS_COMPACT_FLAG);
	noteHigh(the);
	countCollections(the);
	snprintf(mark->name, sizeof(mark->name), "%s", name);
	mark->live = simUseNow(the);
	mark->peak = sinceMark;
	mark->allocated = total;
	mark->highChunkBytes = highChunkBytes;
	mark->highSlots = highSlots;
	restartPeaks(the, &sinceMark);
#ifdef SIM_CALLGRIND
	CALLGRIND_DUMP_STATS_AT(name);
#endif
}

double simCounter(txMachine* the, const char* name)
{
	SimUse use = simUseNow(the);
	countCollections(the);
	noteHigh(the);
	if (!strcmp(name, "bytes")) return use.sum;
	if (!strcmp(name, "chunkBytes")) return use.chunkBytes;
	if (!strcmp(name, "slots")) return use.slots;
	if (!strcmp(name, "stackBytes")) return use.stackBytes;
	if (!strcmp(name, "peakBytes")) return overall.top.sum;
	if (!strcmp(name, "peakChunkBytes")) return overall.chunkBytes;
	if (!strcmp(name, "peakSlots")) return overall.slots;
	if (!strcmp(name, "peakStackBytes")) return (double)((the->stackTop - deepest) * (ptrdiff_t)sizeof(txSlot));
	if (!strcmp(name, "allocatedChunkBytes")) return total.chunkBytes;
	if (!strcmp(name, "allocatedChunks")) return total.chunks;
	if (!strcmp(name, "allocatedSlots")) return total.slots;
	if (!strcmp(name, "collections")) return total.collections - total.forced;
	if (!strcmp(name, "slotSize")) return sizeof(txSlot);
	return NAN;
}

static void writeUse(FILE* file, const char* name, SimUse use)
{
	fprintf(file, "\"%s\":{\"bytes\":%.0f,\"chunkBytes\":%.0f,\"slots\":%.0f,\"stackBytes\":%.0f}", name, use.sum, use.chunkBytes, use.slots, use.stackBytes);
}

static void writePeak(FILE* file, const char* name, const Peak* peak)
{
	if (!sim.options.peakEvery) {
		fprintf(file, "\"%s\":null", name);
		return;
	}
	fprintf(file, "\"%s\":{\"bytes\":%.0f,\"chunkBytes\":%.0f,\"slots\":%.0f,\"stackBytes\":%.0f,\"bound\":%.0f,\"largest\":{\"chunkBytes\":%.0f,\"slots\":%.0f,\"stackBytes\":%.0f}}",
		name, peak->top.sum, peak->top.chunkBytes, peak->top.slots, peak->top.stackBytes, peak->bound, peak->chunkBytes, peak->slots, peak->stackBytes);
}

static void writeString(FILE* file, const char* text)
{
	fputc('"', file);
	for (; *text; text++) {
		if ((*text == '"') || (*text == '\\')) fputc('\\', file);
		if ((unsigned char)*text >= ' ') fputc(*text, file);
	}
	fputc('"', file);
}

static void writeMarks(FILE* file)
{
	Allocated former = { 0 };
	int i;
	fputs("\"marks\":[", file);
	for (i = 0; i < markCount; i++) {
		Mark* mark = &marks[i];
		fprintf(file, "%s{\"name\":", i ? "," : "");
		writeString(file, mark->name);
		fputc(',', file);
		if (sim.options.peakEvery) writeUse(file, "live", mark->live);
		else fputs("\"live\":null", file);
		fputc(',', file);
		writePeak(file, "peak", &mark->peak);
		fprintf(file, ",\"allocated\":{\"chunkBytes\":%.0f,\"chunks\":%.0f,\"slots\":%.0f},\"collections\":%.0f}",
			mark->allocated.chunkBytes - former.chunkBytes, mark->allocated.chunks - former.chunks, mark->allocated.slots - former.slots,
			(mark->allocated.collections - mark->allocated.forced) - (former.collections - former.forced));
		former = mark->allocated;
	}
	fputs("]", file);
}

void simWriteStats(int status)
{
	txMachine* the = sim.device;
	int standard = !strcmp(sim.options.stats, "-");
	FILE* file = standard ? stdout : fopen(sim.options.stats, "w");
	if (!file) {
		simNote("cannot write %s: %s", sim.options.stats, strerror(errno));
		return;
	}
	fprintf(file, "{\"status\":%d,\"engine\":\"XS %d.%d.%d\",\"compiler\":", status, XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION);
	writeString(file, SIM_COMPILER);
	fprintf(file, ",\"slotSize\":%d,\"flash\":{\"slots\":%d,\"chunkBytes\":%d,\"codeBytes\":%d,\"names\":%d,\"aliases\":%d}", (int)sizeof(txSlot),
		(int)simFlash.slots, (int)simFlash.chunkBytes, (int)simFlash.codeBytes, (int)simFlash.keys, (int)simFlash.aliases);
	if (the) {
		fprintf(file, ",\"limits\":{\"chunkBytes\":%d,\"slots\":%d,\"stackBytes\":%d},", (int)the->maximumChunksSize, (int)the->maximumHeapCount,
			(int)((the->stackTop - the->stackBottom) * (ptrdiff_t)sizeof(txSlot)));
		if (status == 0) simCountersCollect(the);
		noteHigh(the);
		countCollections(the);
		writeUse(file, "start", start);
		fputc(',', file);
		writeUse(file, "live", simUseNow(the));
		fputc(',', file);
		writePeak(file, "peak", &overall);
		fprintf(file, ",\"peakEvery\":%d,\"highWater\":{\"chunkBytes\":%.0f,\"slots\":%.0f,\"stackBytes\":%.0f}", sim.options.peakEvery, highChunkBytes, highSlots,
			(double)((the->stackTop - deepest) * (ptrdiff_t)sizeof(txSlot)));
		fprintf(file, ",\"allocated\":{\"chunkBytes\":%.0f,\"chunks\":%.0f,\"slots\":%.0f},\"collections\":%.0f,\"forcedCollections\":%.0f,\"namesAdded\":%d,\"parsedOnDevice\":%d,",
			total.chunkBytes, total.chunks, total.slots, total.collections - total.forced, total.forced, (int)(the->keyIndex - the->keyOffset), simParsedOnDevice);
		writeMarks(file);
	}
	fputs("}\n", file);
	if (!standard) fclose(file);
}
