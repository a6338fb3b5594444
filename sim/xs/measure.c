/* The natives of "sim:measure": counters, marks, and instruction counts when the program runs under callgrind. None allocates. */
#include "sim.h"
#if defined(__has_include)
	#if __has_include(<valgrind/callgrind.h>)
		#include <valgrind/callgrind.h>
		#define SIM_CALLGRIND 1
	#endif
#endif

static int counting = 0;
static int depth = 0;

/* Literals of flash are used where they are; anything else has a buffer already. */
static const char* nameArgument(txMachine* the)
{
	if ((mxArgc < 1) || ((mxArgv(0)->kind != XS_STRING_KIND) && (mxArgv(0)->kind != XS_STRING_X_KIND))) mxTypeError("a name is needed");
	return mxArgv(0)->value.string;
}

static void measureCollect(txMachine* the)
{
	simGuard(the);
	simCountersCollect(the);
}

static void measureReset(txMachine* the)
{
	simGuard(the);
	simCountersReset(the);
}

static void measureMark(txMachine* the)
{
	simGuard(the);
	simMark(the, nameArgument(the));
}

static void measureCounter(txMachine* the)
{
	double value;
	simGuard(the);
	value = simCounter(the, nameArgument(the));
	if (value != value) mxRangeError("no counter \"%s\"", mxArgv(0)->value.string);
	mxResult->kind = XS_NUMBER_KIND;
	mxResult->value.number = value;
	if (value == (double)(txInteger)value) {
		mxResult->kind = XS_INTEGER_KIND;
		mxResult->value.integer = (txInteger)value;
	}
}

/* Instructions between begin and end, by name. Marks in between cut the count; the parts are added up by the reader. */
static void measureBegin(txMachine* the)
{
	simGuard(the);
	nameArgument(the);
	if (counting) mxUnknownError("measure.begin: the count before has no end");
	counting = 1;
#ifdef SIM_CALLGRIND
	if (sim.options.turns) return; /* the watchdog counts */
	CALLGRIND_ZERO_STATS;
	CALLGRIND_TOGGLE_COLLECT;
#endif
}

static void measureEnd(txMachine* the)
{
	const char* name;
	simGuard(the);
	name = nameArgument(the);
	if (!counting) mxUnknownError("measure.end: nothing was begun");
	counting = 0;
#ifdef SIM_CALLGRIND
	if (!sim.options.turns) {
		char label[80];
		CALLGRIND_TOGGLE_COLLECT;
		snprintf(label, sizeof(label), "end:%s", name);
		CALLGRIND_DUMP_STATS_AT(label);
	}
#else
	(void)name;
#endif
}

/* A primitive runs from enter to leave: the outermost has its instructions for itself, as a part of its name; what was before it is a part named "…". */
static void measureEnter(txMachine* the)
{
	if (the != sim.device) return; /* a primitive of a module that loads */
	if (depth++ || !counting) return;
#ifdef SIM_CALLGRIND
	if (!sim.options.turns) CALLGRIND_DUMP_STATS_AT("…");
#endif
}

static void measureLeave(txMachine* the)
{
	const char* name;
	if (the != sim.device) return;
	name = nameArgument(the);
	if (!depth) mxUnknownError("measure.leave: nothing was entered");
	if (--depth || !counting) return;
#ifdef SIM_CALLGRIND
	if (!sim.options.turns) CALLGRIND_DUMP_STATS_AT(name);
#else
	(void)name;
#endif
}

/* The run ends: so does what is counted. */
void simMeasureFinish(void)
{
	if (!counting) return;
	counting = 0;
#ifdef SIM_CALLGRIND
	if (!sim.options.turns) {
		CALLGRIND_TOGGLE_COLLECT;
		CALLGRIND_DUMP_STATS_AT("end:run");
	}
#endif
}

static void measureSimulated(txMachine* the)
{
	int running = 0;
#ifdef SIM_CALLGRIND
	running = RUNNING_ON_VALGRIND ? 1 : 0;
#endif
	mxResult->kind = XS_BOOLEAN_KIND;
	mxResult->value.boolean = (txBoolean)running;
}

void simDefineMeasure(txMachine* the, txSlot* object)
{
	txSlot* property = fxLastProperty(the, object->value.reference);
	property = simAddFunction(the, property, measureCollect, 0, "collect");
	property = simAddFunction(the, property, measureReset, 0, "reset");
	property = simAddFunction(the, property, measureMark, 1, "mark");
	property = simAddFunction(the, property, measureCounter, 1, "counter");
	property = simAddFunction(the, property, measureBegin, 1, "begin");
	property = simAddFunction(the, property, measureEnd, 1, "end");
	property = simAddFunction(the, property, measureEnter, 0, "enter");
	property = simAddFunction(the, property, measureLeave, 1, "leave");
	property = simAddFunction(the, property, measureSimulated, 0, "counting");
	simDefineSearch(the, object);
}
