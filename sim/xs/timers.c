/* Moddable's Timer, and setTimeout and setInterval on top of the same list. A timer is a host object of two slots. */
#include "sim.h"

typedef struct Timer {
	struct Timer* next;
	txSlot self;       /* keeps the object alive while the timer is set */
	txSlot callback;
	double due;
	double interval;   /* < 0: once */
	int passSelf;      /* Timer calls back with the timer, setTimeout with nothing */
	int order;
} Timer;

static Timer* timers;
static int nextOrder = 0;

double simMilliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6;
}

static void markTimer(txMachine* the, void* data, txMarkRoot markRoot)
{
	Timer* timer = data;
	if (timer) (*markRoot)(the, &timer->callback);
}

static const txHostHooks hooks = { NULL, markTimer, NULL };

static void unlinkTimer(Timer* timer)
{
	Timer** address = &timers;
	while (*address && (*address != timer)) address = &(*address)->next;
	if (*address) *address = timer->next;
}

/* A timer that is over: its object loses it, so that clearing it again does nothing. */
static void release(txMachine* the, Timer* timer)
{
	unlinkTimer(timer);
	fxSetHostData(the, &timer->self, NULL);
	fxForget(the, &timer->self);
	free(timer);
}

static double milliseconds(txMachine* the, int index, double otherwise)
{
	double value;
	if ((mxArgc <= index) || mxIsUndefined(mxArgv(index))) return otherwise;
	value = fxToNumber(the, mxArgv(index));
	return (value > 0) ? value : 0;
}

static void create(txMachine* the, double delay, double interval, int passSelf)
{
	Timer* timer;
	if ((mxArgc < 1) || !fxIsCallable(the, mxArgv(0))) mxTypeError("a timer needs a function");
	fxNewHostObject(the, NULL);
	timer = calloc(1, sizeof(Timer));
	if (!timer) simFail(EXIT_SETUP, "no memory for a timer");
	timer->callback = *mxArgv(0);
	timer->self = *the->stack;
	timer->due = simMilliseconds() + delay;
	timer->interval = interval;
	timer->passSelf = passSelf;
	timer->order = nextOrder++;
	timer->next = timers;
	timers = timer;
	fxSetHostHooks(the, the->stack, &hooks);
	fxSetHostData(the, the->stack, timer);
	fxRemember(the, &timer->self);
	mxPullSlot(mxResult);
}

static void timerSet(txMachine* the)
{
	simGuard(the);
	create(the, milliseconds(the, 1, 0), milliseconds(the, 2, -1), 1);
}

static void timerRepeat(txMachine* the)
{
	double interval;
	simGuard(the);
	interval = milliseconds(the, 1, 0);
	create(the, interval, interval, 1);
}

static Timer* timerArgument(txMachine* the)
{
	if ((mxArgc < 1) || !mxIsReference(mxArgv(0))) return NULL;
	return fxGetHostData(the, mxArgv(0));
}

static void timerSchedule(txMachine* the)
{
	Timer* timer;
	simGuard(the);
	timer = timerArgument(the);
	if (!timer) mxUnknownError("this timer is over");
	timer->due = simMilliseconds() + milliseconds(the, 1, 0);
	timer->interval = milliseconds(the, 2, -1);
}

static void timerClear(txMachine* the)
{
	Timer* timer;
	simGuard(the);
	timer = timerArgument(the);
	if (timer) release(the, timer);
}

static void timerDelay(txMachine* the)
{
	double duration;
	simGuard(the);
	duration = milliseconds(the, 0, 0);
	usleep((useconds_t)(duration * 1000));
}

static void setTimeoutFunction(txMachine* the)
{
	simGuard(the);
	create(the, milliseconds(the, 1, 0), -1, 0);
}

static void setIntervalFunction(txMachine* the)
{
	double interval;
	simGuard(the);
	interval = milliseconds(the, 1, 0);
	create(the, interval, interval, 0);
}

void simDefineTimers(txMachine* the, txSlot* object)
{
	txSlot* property;
	mxPush(mxObjectPrototype);
	fxNewObjectInstance(the);
	property = fxLastProperty(the, the->stack->value.reference);
	property = simAddFunction(the, property, timerSet, 3, "set");
	property = simAddFunction(the, property, timerRepeat, 2, "repeat");
	property = simAddFunction(the, property, timerSchedule, 3, "schedule");
	property = simAddFunction(the, property, timerClear, 1, "clear");
	property = simAddFunction(the, property, timerDelay, 1, "delay");
	fxNextSlotProperty(the, fxLastProperty(the, object->value.reference), the->stack, fxID(the, "Timer"), XS_NO_FLAG);
	mxPop();
	simAddGlobal(the, setTimeoutFunction, 2, "setTimeout");
	simAddGlobal(the, setIntervalFunction, 2, "setInterval");
	simAddGlobal(the, timerClear, 1, "clearTimeout");
	simAddGlobal(the, timerClear, 1, "clearInterval");
}

static Timer* first(void)
{
	Timer* result = timers;
	Timer* timer;
	for (timer = timers; timer; timer = timer->next)
		if ((timer->due < result->due) || ((timer->due == result->due) && (timer->order < result->order))) result = timer;
	return result;
}

int simTimersTimeout(void)
{
	Timer* timer = first();
	double wait;
	if (!timer) return -1;
	wait = timer->due - simMilliseconds();
	return (wait <= 0) ? 0 : (int)wait + 1;
}

void simTimersFire(txMachine* the)
{
	double now = simMilliseconds();
	Timer* timer;
	while (!sim.exiting && (timer = first()) && (timer->due <= now)) {
		txSlot self = timer->self;
		txSlot callback = timer->callback;
		int passSelf = timer->passSelf;
		self.next = NULL;
		mxPushSlot(&self);     /* the stack keeps both alive, whatever the callback does */
		mxPushSlot(&callback);
		if (timer->interval < 0) release(the, timer);
		else {
			timer->due = now + timer->interval;
			if (timer->interval == 0) timer->due = now + 0.001;
		}
		simInvoke(the, "a timer callback", NULL, the->stack, passSelf, the->stack + 1);
		mxPop();
		mxPop();
	}
}
