/* The event loop's side of sockets: what to poll for, and which callback is due. Every callback starts here, none in a constructor. */
#include "net.h"
#include <poll.h>
#include <sys/socket.h>

#define RETRY_MILLISECONDS 5

/* A Listener, or a connection whose end is still to be told, keeps the program running. */
int simNetPrepare(void* pollfds, int limit, int* timeout)
{
	struct pollfd* descriptors = pollfds;
	Socket* socket;
	int count = 0;
	for (socket = simSockets; socket; socket = socket->next) {
		socket->eventIndex = -1;
		if (socket->failure || (socket->answered && socket->isLookup)) *timeout = 0;
		if ((socket->descriptor < 0) || (count == limit)) continue;
		descriptors[count].fd = socket->descriptor;
		descriptors[count].revents = 0;
		descriptors[count].events = 0;
		if (socket->state == CONNECTING) descriptors[count].events |= POLLOUT;
		else if ((socket->state != ENDED) && !socket->offered) descriptors[count].events |= POLLIN;
		if ((socket->state == OPEN) && socket->wanted && (simSocketWritable(socket) >= socket->wanted)) *timeout = 0;
		/* poll() cannot tell of more bytes behind unread ones, nor of a bit more room: look again soon */
		if (socket->offered || socket->wanted) {
			if ((*timeout < 0) || (*timeout > RETRY_MILLISECONDS)) *timeout = RETRY_MILLISECONDS;
		}
		if (socket->state == LISTENING) socket->offered = 0;
		socket->eventIndex = count++;
	}
	return count;
}

/* A look-up ends: with the address, or without one. */
static void tellAddress(txMachine* the, Socket* socket)
{
	txSlot argument;
	char address[REPLY_SIZE];
	int found = !socket->failure && (socket->reply[0] == '+');
	memset(&argument, 0, sizeof(argument));
	mxPushUndefined();
	if (found) {
		snprintf(address, sizeof(address), "%s", socket->reply + 1);
		fxString(the, the->stack, address);
	}
	argument.kind = the->stack->kind;
	argument.value = the->stack->value;
	mxPushSlot(&socket->onReadable);
	simSocketClose(the, socket);
	simInvoke(the, "a look-up", NULL, the->stack, 1, &argument);
	mxPop();
	mxPop();
}

/* Calls back. False when the socket was closed meanwhile. */
static int call(txMachine* the, Socket* socket, txSlot* function, const char* where, int count, txInteger value)
{
	txSlot argument, *instance = socket->self.value.reference;
	if (mxIsUndefined(function)) return 1;
	memset(&argument, 0, sizeof(argument));
	argument.kind = XS_INTEGER_KIND;
	argument.value.integer = value;
	mxPushSlot(&socket->self);
	simInvoke(the, where, the->stack, function, count, &argument);
	mxPop();
	for (socket = simSockets; socket; socket = socket->next)
		if (socket->self.value.reference == instance) return 1;
	return 0;
}

static void tellFailure(txMachine* the, Socket* socket)
{
	txSlot argument;
	memset(&argument, 0, sizeof(argument));
	argument.kind = XS_STRING_X_KIND;
	argument.value.string = (txString)socket->failure;
	mxPushSlot(&socket->self);
	mxPushSlot(&socket->onError);
	simSocketClose(the, socket);
	if (!mxIsUndefined(the->stack)) simInvoke(the, "onError", the->stack + 1, the->stack, 1, &argument);
	mxPop();
	mxPop();
}

static void connected(Socket* socket)
{
	int error = 0;
	socklen_t length = sizeof(error);
	getsockopt(socket->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error) simSocketFail(socket, strerror(error));
	else if (socket->question) simQuestion(socket);
	else {
		socket->state = OPEN;
		socket->wanted = 1;
	}
}

/* New bytes, or the end of the stream once all bytes were read. */
static int serveReading(txMachine* the, Socket* socket, int events)
{
	int available = simSocketReadable(socket);
	if (available > socket->offered) {
		socket->offered = available;
		return call(the, socket, &socket->onReadable, "onReadable", 1, available);
	}
	if (available && (events & POLLERR)) simSocketFail(socket, "the connection was lost");
	if ((available == 0) && (events & (POLLIN | POLLHUP | POLLERR))) {
		txU1 byte;
		ssize_t count = recv(socket->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
		if (count == 0) simSocketFail(socket, "the peer closed the connection");
		else if ((count < 0) && (errno != EAGAIN)) simSocketFail(socket, strerror(errno));
	}
	return 1;
}

static int serveWriting(txMachine* the, Socket* socket)
{
	int room;
	if (!socket->wanted) return 1;
	room = simSocketWritable(socket);
	if (room < socket->wanted) return 1;
	socket->wanted = 0;
	return call(the, socket, &socket->onWritable, "onWritable", 1, room);
}

static void serve(txMachine* the, Socket* socket, int events)
{
	if (socket->isLookup && (socket->failure || socket->answered)) {
		tellAddress(the, socket);
		return;
	}
	if (socket->failure) {
		tellFailure(the, socket);
		return;
	}
	if (socket->state == LISTENING) {
		if (!(events & POLLIN)) return;
		socket->offered = 1; /* until read() takes it */
		call(the, socket, &socket->onReadable, "onReadable", 1, 1);
		return;
	}
	if ((socket->state == CONNECTING) && (events & (POLLOUT | POLLERR | POLLHUP))) connected(socket);
	else if ((socket->state == ASKING) && (events & (POLLIN | POLLERR | POLLHUP))) simReadReply(socket);
	if (socket->state != OPEN) return;
	if (!serveWriting(the, socket)) return;
	if (socket->state == OPEN) serveReading(the, socket, events);
}

void simNetDispatch(txMachine* the, void* pollfds, int count)
{
	struct pollfd* descriptors = pollfds;
	Socket* done[256];
	int doneCount = 0, i;
	Socket* socket;
	/* A callback may close or add sockets: look for the next unserved one from the start each time. */
again:
	for (socket = simSockets; socket && !sim.exiting; socket = socket->next) {
		for (i = 0; (i < doneCount) && (done[i] != socket); i++) ;
		if (i < doneCount) continue;
		if (doneCount == 256) return;
		done[doneCount++] = socket;
		if ((socket->eventIndex < 0) && !socket->failure && !socket->answered) continue;
		serve(the, socket, (socket->eventIndex < 0) || (socket->eventIndex >= count) ? 0 : descriptors[socket->eventIndex].revents);
		goto again;
	}
}
