/*
 * How long callbacks hold the event loop: the longest one, with what was running. Under callgrind with --turns in instructions, else in milliseconds
 * of this machine. What was running is looked up at every so many allocations, so that a count of instructions stays the same at each run.
 */
#include "sim.h"
#include <signal.h>
#if defined(__has_include)
	#if __has_include(<valgrind/callgrind.h>)
		#include <valgrind/callgrind.h>
		#define SIM_CALLGRIND 1
	#endif
#endif

#define SAMPLE_EVERY 64
#define SAMPLE_LIMIT 24
#define CALLS_SIZE 160

typedef struct {
	char calls[CALLS_SIZE];
	int count;
} Sample;

int simTelling = 0;

static Sample samples[SAMPLE_LIMIT];
static int sampleCount;
static int allocations;
static const char* current;          /* what the callback is called for; NULL: the device waits */
static double began;
static double longest = -1;          /* milliseconds */
static int longestTurn;              /* the number of its callback */
static int turn;
static char longestWhere[48];
static char longestCalls[CALLS_SIZE];

int simIsHeld(void)
{
	return current != NULL;
}

static const char* mostSeen(void)
{
	int i, best = -1;
	for (i = 0; i < sampleCount; i++)
		if ((best < 0) || (samples[i].count > samples[best].count)) best = i;
	return (best < 0) ? "" : samples[best].calls;
}

/* The engine notes its frame only where it leaves the bytecode. The innermost one lies lowest on the stack, which was wiped below the callback. */
static txSlot* lowestFrame(txMachine* the)
{
	txSlot* slot;
	for (slot = the->stackBottom; slot + 4 < the->stackTop; slot++)
		if ((slot->kind == XS_FRAME_KIND) && (slot[3].kind == XS_REFERENCE_KIND) && ((slot->next == NULL) || (slot < slot->next && slot->next < the->stackTop)))
			return slot;
	return NULL;
}

void simHeldTooLong(const char* why)
{
	char calls[CALLS_SIZE];
	const char* where = current;
	simTelling = 1;
	engineDescribeFrom(sim.device, lowestFrame(sim.device), calls, sizeof(calls));
	simNote("%s, and %s%s%s%s%s", why, where ? where : "the event loop", " did not return", calls[0] ? "; running: " : "", calls, "");
	simFinish(EXIT_HELD);
}

static void onTimer(int signal)
{
	char why[80];
	if (!current) return;
	snprintf(why, sizeof(why), "watchdog: the event loop was held for more than %d ms", sim.options.holdLimit);
	simHeldTooLong(why);
}

void simWatchdogStart(void)
{
	struct sigaction action = { .sa_handler = onTimer };
	if (sim.options.holdLimit) sigaction(SIGPROF, &action, NULL);
}

/* A timer that runs while this process computes: a machine with much to do is not the app's fault. */
static void setTimer(int milliseconds)
{
	struct itimerval timer = { .it_value = { .tv_sec = milliseconds / 1000, .tv_usec = (milliseconds % 1000) * 1000 } };
	if (sim.options.holdLimit) setitimer(ITIMER_PROF, &timer, NULL);
}

void simTurnBegin(txMachine* the, const char* where)
{
	if (sim.options.watch) memset(the->stackBottom, 0, (size_t)((txByte*)the->stack - (txByte*)the->stackBottom));
	current = where;
	sampleCount = allocations = 0;
	setTimer(sim.options.holdLimit);
	began = simMilliseconds();
#ifdef SIM_CALLGRIND
	if (sim.options.turns) {
		CALLGRIND_ZERO_STATS;
		CALLGRIND_TOGGLE_COLLECT;
	}
#endif
}

void simTurnEnd(void)
{
	double took;
#ifdef SIM_CALLGRIND
	if (sim.options.turns) CALLGRIND_TOGGLE_COLLECT;
#endif
	took = simMilliseconds() - began;
	setTimer(0);
	turn++;
#ifdef SIM_CALLGRIND
	/* A dump is a file: one is made where this callback may be the longest. Time under callgrind follows the instructions. */
	if (sim.options.turns && (took > longest / 2)) {
		char label[CALLS_SIZE + 100];
		snprintf(label, sizeof(label), "turn:%s|%s", current, mostSeen());
		CALLGRIND_DUMP_STATS_AT(label);
	}
#endif
	if (took > longest) {
		longest = took;
		longestTurn = turn;
		snprintf(longestWhere, sizeof(longestWhere), "%s", current);
		snprintf(longestCalls, sizeof(longestCalls), "%s", mostSeen());
	}
	current = NULL;
}

/* At an allocation: the names of the functions that run. */
void simTurnSample(txMachine* the)
{
	char calls[CALLS_SIZE];
	int i;
	if (!current || (++allocations % SAMPLE_EVERY)) return;
	engineDescribeCalls(the, calls, sizeof(calls));
	for (i = 0; (i < sampleCount) && strcmp(samples[i].calls, calls); i++) ;
	if (i == sampleCount) {
		if (i == SAMPLE_LIMIT) return;
		sampleCount++;
		strcpy(samples[i].calls, calls);
		samples[i].count = 0;
	}
	samples[i].count++;
}

static void writeText(FILE* file, const char* name, const char* text)
{
	fprintf(file, "\"%s\":\"", name);
	for (; *text; text++)
		if ((*text >= ' ') && (*text != '"') && (*text != '\\')) fputc(*text, file);
	fputs("\"", file);
}

void simWriteLongest(FILE* file)
{
	if (!sim.options.watch || (longest < 0)) {
		fputs("\"longestTurn\":null,", file);
		return;
	}
	fprintf(file, "\"longestTurn\":{\"milliseconds\":%.3f,\"number\":%d,\"of\":%d,", longest, longestTurn, turn);
	writeText(file, "where", longestWhere);
	fputc(',', file);
	writeText(file, "calls", longestCalls);
	fputs("},", file);
}
