/* See wire.h. */
#include "mcu.h"
#include "wire.h"

/* A chip of 160 MHz that does one instruction a cycle: only time-outs depend on it. */
#define INSTRUCTIONS_A_MILLISECOND 160000

static int toHost = -1;
static int fromHost = -1;
static double waited;

/* At the first request: a replay has no network. */
static void open(void)
{
	toHost = hostOpen("to-host", MODE_WRITE);
	fromHost = hostOpen("from-host", MODE_READ);
	if ((toHost < 0) || (fromHost < 0)) fail(EXIT_SETUP, "the wire is not there");
}

static void receive(void* bytes, uint32_t length)
{
	char* to = bytes;
	while (length > 0) {
		long count = hostRead(fromHost, to, (long)length);
		if (count <= 0) fail(EXIT_SETUP, "the tool outside ended");
		to += count;
		length -= (uint32_t)count;
	}
}

void wireSend(int kind, int id, const void* bytes, uint32_t length)
{
	WireHeader header = { (uint8_t)kind, (uint8_t)id, 0, length };
	if (toHost < 0) open();
	hostWrite(toHost, &header, sizeof(header));
	if (bytes && length) hostWrite(toHost, bytes, (long)length);
}

void wireRead(int id, void* bytes, uint32_t length)
{
	wireSend(WIRE_READ, id, NULL, length);
	receive(bytes, length);
}

WireHeader wireWait(double milliseconds)
{
	WireHeader event;
	uint32_t passed;
	wireSend(WIRE_WAIT, 0, NULL, (milliseconds < 0) ? 0xFFFFFFFFu : (uint32_t)milliseconds);
	receive(&event, sizeof(event));
	receive(&passed, sizeof(passed));
	waited += passed;
	return event;
}

double wireMilliseconds(void)
{
	return waited + (double)(instructions() / INSTRUCTIONS_A_MILLISECOND);
}
