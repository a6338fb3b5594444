/* The event loop: one callback at a time, promise jobs after each, until nothing is left to wait for. */
#include "sim.h"
#include <poll.h>
#include <signal.h>

#define POLL_LIMIT 256

void simRunJobs(txMachine* machine)
{
	txMachine* the = machine;
	while (the->promiseJobs) {
		the->promiseJobs = 0;
		fxRunPromiseJobs(the);
	}
	fxEndJob(the);
	fxCheckUnhandledRejections(the, 1);
}

/* Calls function with at most one argument. An exception ends the device, as it restarts a real one. */
void simInvoke(txMachine* machine, const char* where, txSlot* self, txSlot* function, int count, txSlot* argument)
{
	txMachine* the = fxBeginHost(machine);
	simTurnBegin(the, where);
	{
		mxTry(the) {
			if (self) mxPushSlot(self);
			else mxPushUndefined();
			mxPushSlot(function);
			mxCall();
			if (count) mxPushSlot(argument);
			mxRunCount(count);
			mxPop();
		}
		mxCatch(the) {
			simUncaught(the, where);
		}
	}
	fxEndHost(the);
	simRunJobs(machine);
	simTurnEnd();
}

/* The person at the terminal, or a time-out: the device ends after this callback, or at once where the callback does not end. */
static void onSignal(int signal)
{
	if (sim.exiting) simHeldTooLong("the device was to end");
	sim.exiting = 1;
	sim.exitStatus = (signal == SIGINT) ? 0 : EXIT_HELD;
	alarm(1);
}

static void onAlarm(int signal)
{
	if (simIsHeld()) simHeldTooLong("the device was to end");
}

void simTakeSignals(void)
{
	struct sigaction action = { .sa_handler = onSignal };
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = onAlarm;
	sigaction(SIGALRM, &action, NULL);
}

void simLoop(txMachine* the)
{
	static struct pollfd descriptors[POLL_LIMIT];
	while (!sim.exiting) {
		int timeout = simTimersTimeout();
		int count = simNetPrepare(descriptors, POLL_LIMIT, &timeout);
		if ((count == 0) && (timeout < 0)) break;
		if ((poll(descriptors, (nfds_t)count, timeout) < 0) && (errno != EINTR)) simFail(EXIT_SETUP, "poll: %s", strerror(errno));
		simTimersFire(the);
		if (!sim.exiting) simNetDispatch(the, descriptors, count);
	}
}
