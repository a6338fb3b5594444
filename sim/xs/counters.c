/*
 * Counters around the engine's allocator, which is wrapped at link time. They live in C memory: reading them costs the device nothing.
 * In peak mode a collection runs before each time so many bytes have been allocated. Between two collections everything new counts as
 * live, so the peak is never too low and at most that many bytes too high (and by chunks that died while only slots were asked for).
 */
#include "sim.h"
#if defined(__has_include)
	#if __has_include(<valgrind/callgrind.h>)
		#include <valgrind/callgrind.h>
		#define SIM_CALLGRIND 1
	#endif
#endif

typedef struct {
	double chunks, chunkBytes, slots; /* since the machine started */
	double collections, forced;
	txU2 lastCollections;
} Allocated;

typedef struct {
	SimUse top;            /* largest sum of live chunks, slots and stack at one moment */
	double chunkBytes, slots, stackBytes;  /* largest of each alone */
} Peak;

typedef struct {
	char name[48];
	SimUse live;
	Peak peak;
	Allocated allocated;
} Mark;

void* __real_fxNewChunk(txMachine* the, txSize size);
void* __real_fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity);
void* __real_fxRenewChunk(txMachine* the, void* data, txSize size);
txSlot* __real_fxNewSlot(txMachine* the);
txSlot* __real_fxDuplicateSlot(txMachine* the, txSlot* slot);

static Allocated total, atReset;
static Peak sinceMark, overall;
static SimUse start;
static double baseChunkBytes, baseSlots;    /* live at the last collection of peak mode */
static double newChunkBytes, newSlots;      /* allocated since */
static double highChunkBytes, highSlots;
static txSlot* deepest;                     /* of the XS stack, over the whole run */
static int sampling = 0;
static txSize asked;
static Mark marks[SIM_MARK_LIMIT];
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

/* What a native sees: its own call is not the app's. A frame lies below result, target, function and this. */
static SimUse useOfCaller(txMachine* the)
{
	SimUse use = simUseNow(the);
	txSlot* stack = the->frame ? the->frame + 5 : NULL; /* none: the run has ended */
	if (!stack || stack > the->stackTop) return use;
	use.stackBytes = (double)((the->stackTop - stack) * (ptrdiff_t)sizeof(txSlot));
	use.sum = use.chunkBytes + use.slots * sizeof(txSlot) + use.stackBytes;
	return use;
}

static void countCollections(txMachine* the)
{
	total.collections += (txU2)(the->garbageCollectionCount - total.lastCollections);
	total.lastCollections = the->garbageCollectionCount;
}

static void raise(Peak* peak, SimUse use)
{
	if (peak->top.sum < use.sum) peak->top = use;
	if (peak->chunkBytes < use.chunkBytes) peak->chunkBytes = use.chunkBytes;
	if (peak->slots < use.slots) peak->slots = use.slots;
	if (peak->stackBytes < use.stackBytes) peak->stackBytes = use.stackBytes;
}

static void noteHigh(txMachine* the)
{
	if (highChunkBytes < the->peakChunksSize) highChunkBytes = the->peakChunksSize;
	if (highSlots < the->peakHeapCount) highSlots = the->peakHeapCount;
	if (the->stackPeak < deepest) deepest = the->stackPeak;
}

static double deepestBytes(txMachine* the, txSlot* to)
{
	return (double)((the->stackTop - to) * (ptrdiff_t)sizeof(txSlot));
}

/*
 * Takes in what happened since the last call: heap cannot have grown, the stack may have been deeper (the engine notes it when a function
 * ends). So the sum is of one moment.
 */
static void settle(txMachine* the)
{
	SimUse use;
	txSlot* deep;
	if (the->stack < the->stackPeak) the->stackPeak = the->stack;
	deep = the->stackPeak;
	noteHigh(the);
	use.chunkBytes = baseChunkBytes + newChunkBytes;
	use.slots = baseSlots + newSlots;
	use.stackBytes = deepestBytes(the, the->stackPeak);
	use.sum = use.chunkBytes + use.slots * sizeof(txSlot) + use.stackBytes;
	the->stackPeak = the->stack;
	raise(&sinceMark, use);
	raise(&overall, use);
	if (sim.options.curve) simCurveTake(use);
	simCensus(the, use.sum, markCount, deep);
}

/* Collects. Where a slot is asked for, chunks must not move: then only slots become exact. */
static void sample(txMachine* the, txFlag flag)
{
	if (!(the->collectFlag & XS_COLLECTING_FLAG)) return;
	sampling = 1;
	settle(the);
	fxCollect(the, flag);
	total.forced++;
	countCollections(the);
	baseSlots = the->currentHeapCount;
	newSlots = 0;
	if (flag & XS_COMPACT_FLAG) {
		baseChunkBytes = the->currentChunksSize;
		newChunkBytes = 0;
	}
	sampling = 0;
}

/* Nothing more than this where nobody asked: it is counted with the instructions. */
static int isWatched(txMachine* the)
{
	return sim.options.attentive && (the == sim.device) && !sampling;
}

static void watchChunk(txMachine* the, double bytes)
{
	if (sim.options.watch) simTurnSample(the);
	if (!sim.options.peakEvery) return;
	if (newChunkBytes + newSlots * sizeof(txSlot) + bytes >= sim.options.peakEvery) sample(the, XS_COMPACT_FLAG);
	else settle(the);
	newChunkBytes += bytes;
	settle(the);
}

static void watchSlot(txMachine* the)
{
	if (sim.options.watch) simTurnSample(the);
	if (!sim.options.peakEvery) return;
	if ((newSlots + 1) * sizeof(txSlot) >= sim.options.peakEvery) sample(the, XS_ORGANIC_FLAG);
	else settle(the);
	newSlots++;
	settle(the);
}

static void countChunk(txMachine* the, txSize size, txSize taken)
{
	double bytes = chunkSize(taken);
	if (isWatched(the)) watchChunk(the, bytes);
	asked = size;
	total.chunks++;
	total.chunkBytes += bytes;
}

static void countSlot(txMachine* the)
{
	if (isWatched(the)) watchSlot(the);
	total.slots++;
}

void* __wrap_fxNewChunk(txMachine* the, txSize size)
{
	countChunk(the, size, size);
	return __real_fxNewChunk(the, size);
}

void* __wrap_fxNewGrowableChunk(txMachine* the, txSize size, txSize capacity)
{
	countChunk(the, size, capacity);
	return __real_fxNewGrowableChunk(the, size, capacity);
}

/* Growing in place is an allocation of the difference; when it fails, the engine asks for a new chunk. */
void* __wrap_fxRenewChunk(txMachine* the, void* data, txSize size)
{
	txSize former = the->currentChunksSize;
	void* result = __real_fxRenewChunk(the, data, size);
	if (result && (the->currentChunksSize > former)) {
		double bytes = the->currentChunksSize - former;
		total.chunkBytes += bytes;
		if (isWatched(the) && sim.options.peakEvery) {
			newChunkBytes += bytes;
			settle(the);
		}
	}
	return result;
}

txSlot* __wrap_fxNewSlot(txMachine* the)
{
	countSlot(the);
	return __real_fxNewSlot(the);
}

txSlot* __wrap_fxDuplicateSlot(txMachine* the, txSlot* slot)
{
	countSlot(the);
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
	raise(peak, now);
	the->stackPeak = the->stack;
	baseChunkBytes = now.chunkBytes;
	baseSlots = now.slots;
	newChunkBytes = newSlots = 0;
}

/* Forgets what happened until here: peaks and marks start anew. Only the totals go on. */
void simCountersReset(txMachine* the)
{
	simCountersCollect(the);
	noteHigh(the);
	markCount = 0;
	atReset = total;
	highChunkBytes = the->peakChunksSize = the->currentChunksSize;
	highSlots = the->peakHeapCount = the->currentHeapCount;
	deepest = the->stackPeak = the->stack;
	restartPeaks(the, &sinceMark);
	restartPeaks(the, &overall);
	simCurveBegin(0);
	simCensusReset();
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
}

/* Live memory of a mark is known only in peak mode: elsewhere a mark must not collect, since collections are counted. */
void simMark(txMachine* the, const char* name)
{
	Mark* mark = &marks[markCount];
	simFleetMark(name);
	if (markCount == SIM_MARK_LIMIT) return;
	markCount++;
	if (sim.options.peakEvery) sample(the, XS_COMPACT_FLAG);
	noteHigh(the);
	countCollections(the);
	snprintf(mark->name, sizeof(mark->name), "%s", name);
	mark->live = useOfCaller(the);
	mark->peak = sinceMark;
	mark->allocated = total;
	restartPeaks(the, &sinceMark);
	if (sim.options.curve) simCurveBegin(markCount);
#ifdef SIM_CALLGRIND
	if (!sim.options.turns) CALLGRIND_DUMP_STATS_AT(name);
#endif
}

double simCounter(txMachine* the, const char* name)
{
	SimUse use = useOfCaller(the);
	countCollections(the);
	noteHigh(the);
	if (!strcmp(name, "bytes")) return use.sum;
	if (!strcmp(name, "chunkBytes")) return use.chunkBytes;
	if (!strcmp(name, "slots")) return use.slots;
	if (!strcmp(name, "stackBytes")) return use.stackBytes;
	if (!strcmp(name, "peakBytes")) return overall.top.sum;
	if (!strcmp(name, "peakChunkBytes")) return overall.chunkBytes;
	if (!strcmp(name, "peakSlots")) return overall.slots;
	if (!strcmp(name, "peakStackBytes")) return deepestBytes(the, deepest);
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
	fprintf(file, "\"%s\":{\"bytes\":%.0f,\"chunkBytes\":%.0f,\"slots\":%.0f,\"stackBytes\":%.0f,\"largest\":{\"chunkBytes\":%.0f,\"slots\":%.0f,\"stackBytes\":%.0f}}",
		name, peak->top.sum, peak->top.chunkBytes, peak->top.slots, peak->top.stackBytes, peak->chunkBytes, peak->slots, peak->stackBytes);
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
	Allocated former = atReset;
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
		if (sim.options.curve) simCurveWrite(file, i);
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
		if (sim.options.curve && (status == 0)) simMark(the, "end");
		else if (status == 0) simCountersCollect(the);
		noteHigh(the);
		countCollections(the);
		writeUse(file, "start", start);
		fputc(',', file);
		writeUse(file, "live", simUseNow(the));
		fputc(',', file);
		writePeak(file, "peak", &overall);
		fprintf(file, ",\"peakEvery\":%d,\"highWater\":{\"chunkBytes\":%.0f,\"slots\":%.0f,\"stackBytes\":%.0f}", sim.options.peakEvery, highChunkBytes, highSlots,
			deepestBytes(the, deepest));
		fprintf(file, ",\"allocated\":{\"chunkBytes\":%.0f,\"chunks\":%.0f,\"slots\":%.0f},\"collections\":%.0f,\"forcedCollections\":%.0f,\"namesAdded\":%d,\"parsedOnDevice\":%d,",
			total.chunkBytes, total.chunks, total.slots, total.collections - total.forced, total.forced, (int)(the->keyIndex - the->keyOffset), simParsedOnDevice);
		simWriteCensus(file);
		simWriteLongest(file);
		/* the engine's tables lie in the C heap, on a device too, and in none of the sums above */
		fprintf(file, "\"tableBytes\":%d,", (int)((the->keyCount - the->keyOffset + the->aliasCount + the->nameModulo + the->symbolModulo) * sizeof(txSlot*) + sizeof(txMachine)));
		writeMarks(file);
	}
	fputs("}\n", file);
	if (!standard) fclose(file);
}
