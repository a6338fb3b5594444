/* The event loop: one callback at a time, promise jobs after each, until nothing is left to wait for. */
#include "sim.h"
#include <poll.h>

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
