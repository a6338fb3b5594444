/*
 * ECMA-419 TCP and Listener over the process's sockets, with the manners of the device's lwIP: nothing is called from inside a constructor,
 * the first onWritable means connected, write() takes what the send buffer can hold or throws, the end of the stream is onError.
 */
#include "sim.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>

#define SEND_BUFFER 5744      /* lwIP on the ESP32: 4 segments of 1,436 bytes */
#define RETRY_MILLISECONDS 5

enum { CONNECTING, OPEN, LISTENING, ENDED };

typedef struct Socket {
	struct Socket* next;
	txSlot self;
	txSlot onReadable, onWritable, onError;
	int descriptor;
	int state;
	int asNumber;              /* format "number": read and write single bytes */
	const char* failure;       /* onError is due, with this text */
	int offered;               /* bytes that onReadable told of and that were not read; no new call until more came */
	int unsent;                /* bytes in flight after the last write; onWritable is due when fewer are; -1: not waiting */
	int eventIndex;
} Socket;

extern txInteger _xsmcGetBuffer(txMachine* the, txSlot* slot, void** data, txUnsigned* count, txBoolean writable);

static Socket* sockets;

static void markSocket(txMachine* the, void* data, txMarkRoot markRoot)
{
	Socket* socket = data;
	if (!socket) return;
	(*markRoot)(the, &socket->onReadable);
	(*markRoot)(the, &socket->onWritable);
	(*markRoot)(the, &socket->onError);
}

static const txHostHooks hooks = { NULL, markSocket, NULL };

static void closeSocket(txMachine* the, Socket* socket)
{
	Socket** address = &sockets;
	while (*address && (*address != socket)) address = &(*address)->next;
	if (*address) *address = socket->next;
	if (socket->descriptor >= 0) close(socket->descriptor);
	fxSetHostData(the, &socket->self, NULL);
	fxForget(the, &socket->self);
	free(socket);
}

/* Pushes options[name]. */
static txSlot* option(txMachine* the, const char* name)
{
	mxPushSlot(mxArgv(0));
	mxGetID(fxID(the, (txString)name));
	return the->stack;
}

static void callbackOption(txMachine* the, const char* name, txSlot* into)
{
	txSlot* value = option(the, name);
	mxInitSlotKind(into, XS_UNDEFINED_KIND);
	if (!mxIsUndefined(value)) {
		if (!fxIsCallable(the, value)) mxTypeError("%s is no function", name);
		into->kind = value->kind;
		into->value = value->value;
	}
	mxPop();
}

static int portOption(txMachine* the, int least)
{
	txSlot* value = option(the, "port");
	int port;
	if (mxIsUndefined(value) && least) mxTypeError("port is missing");
	port = mxIsUndefined(value) ? 0 : fxToInteger(the, value);
	mxPop();
	if ((port < least) || (port > 65535)) mxRangeError("port %d", port);
	return port;
}

static int parseAddress(const char* text, int port, struct sockaddr_storage* address, socklen_t* length)
{
	struct sockaddr_in* four = (struct sockaddr_in*)address;
	struct sockaddr_in6* six = (struct sockaddr_in6*)address;
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		*length = sizeof(*four);
		return 1;
	}
	if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons((uint16_t)port);
		*length = sizeof(*six);
		return 1;
	}
	return 0;
}

static int lookUp(const char* host, int port, struct sockaddr_storage* address, socklen_t* length)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo* list = NULL;
	char service[8];
	if (parseAddress(host, port, address, length)) return 1;
	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(host, service, &hints, &list) || !list) return 0;
	memcpy(address, list->ai_addr, list->ai_addrlen);
	*length = list->ai_addrlen;
	freeaddrinfo(list);
	return 1;
}

/* The new object, of the class that was called, with its Socket. It is the result. */
static Socket* create(txMachine* the, int state)
{
	Socket* socket;
	txSlot* instance;
	if (mxIsUndefined(mxTarget)) mxTypeError("call with new");
	if ((mxArgc < 1) || !mxIsReference(mxArgv(0))) mxTypeError("options are missing");
	mxPushSlot(mxTarget);
	mxGetID(mxID(_prototype));
	instance = fxNewHostObject(the, NULL);
	instance->value.instance.prototype = (the->stack + 1)->value.reference;
	socket = calloc(1, sizeof(Socket));
	if (!socket) simFail(EXIT_SETUP, "no memory for a socket");
	socket->descriptor = -1;
	socket->state = state;
	socket->unsent = -1;
	socket->next = sockets;
	sockets = socket;
	socket->self.kind = XS_REFERENCE_KIND;
	socket->self.value.reference = instance;
	fxSetHostHooks(the, the->stack, &hooks);
	fxSetHostData(the, the->stack, socket);
	mxPullSlot(mxResult);
	mxPop();
	fxRemember(the, &socket->self);
	return socket;
}

static void setFormat(txMachine* the, Socket* socket, txSlot* value)
{
	txString text = fxToString(the, value);
	if (!strcmp(text, "number")) socket->asNumber = 1;
	else if (!strcmp(text, "buffer")) socket->asNumber = 0;
	else mxRangeError("format is \"number\" or \"buffer\"");
}

static void commonOptions(txMachine* the, Socket* socket)
{
	txSlot* value;
	callbackOption(the, "onReadable", &socket->onReadable);
	callbackOption(the, "onWritable", &socket->onWritable);
	callbackOption(the, "onError", &socket->onError);
	value = option(the, "format");
	if (!mxIsUndefined(value)) setFormat(the, socket, value);
	mxPop();
	value = option(the, "target");
	if (!mxIsUndefined(value)) {
		mxPushSlot(mxResult);
		fxSetID(the, fxID(the, "target"));
	}
	mxPop();
}

static void setNoDelay(int descriptor)
{
	int one = 1;
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void connectTo(txMachine* the, Socket* it)
{
	struct sockaddr_storage address;
	socklen_t length;
	char host[256];
	int port = portOption(the, 1);
	txSlot* value = option(the, "address");
	if (mxIsUndefined(value)) {
		mxPop();
		value = option(the, "host");
	}
	if (mxIsUndefined(value)) mxTypeError("address or host is missing");
	fxToStringBuffer(the, value, host, sizeof(host));
	mxPop();
	if (!lookUp(host, port, &address, &length)) {
		it->failure = "no such host";
		return;
	}
	it->descriptor = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (it->descriptor < 0) {
		it->failure = strerror(errno);
		return;
	}
	value = option(the, "nodelay");
	if (mxIsUndefined(value) || fxToBoolean(the, value)) setNoDelay(it->descriptor);
	mxPop();
	if (connect(it->descriptor, (struct sockaddr*)&address, length) && (errno != EINPROGRESS)) it->failure = strerror(errno);
}

static Socket* dataOf(txMachine* the, txSlot* slot)
{
	return mxIsReference(slot) ? fxGetHostData(the, slot) : NULL;
}

/* An exception in a constructor must not leave a socket behind. */
static void construct(txMachine* the, int state, void (*open)(txMachine*, Socket*))
{
	Socket* socket = create(the, state);
	mxTry(the) {
		commonOptions(the, socket);
		(*open)(the, socket);
	}
	mxCatch(the) {
		closeSocket(the, socket);
		fxJump(the);
	}
}

/* { from }: another object takes over the connection, as HTTPServer does with what a Listener gave. */
static void openTCP(txMachine* the, Socket* socket)
{
	txSlot* value = option(the, "from");
	if (mxIsReference(value)) {
		Socket* from = dataOf(the, value);
		if (!from || (from->state != OPEN)) mxTypeError("from is no open socket");
		socket->descriptor = from->descriptor;
		socket->state = OPEN;
		socket->unsent = 0x7FFFFFFF;
		from->descriptor = -1;
		closeSocket(the, from);
	}
	else connectTo(the, socket);
	mxPop();
}

static void TCP(txMachine* the)
{
	simGuard(the);
	construct(the, CONNECTING, openTCP);
}

static void openListener(txMachine* the, Socket* it)
{
	struct sockaddr_storage address;
	socklen_t length;
	char host[256] = "0.0.0.0";
	int one = 1;
	int port = portOption(the, 0);
	txSlot* value = option(the, "address");
	if (!mxIsUndefined(value)) fxToStringBuffer(the, value, host, sizeof(host));
	mxPop();
	if (!parseAddress(host, port, &address, &length)) mxRangeError("address is no IP address");
	it->descriptor = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (it->descriptor < 0) mxUnknownError("socket: %s", strerror(errno));
	setsockopt(it->descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(it->descriptor, (struct sockaddr*)&address, length) || listen(it->descriptor, 16)) mxUnknownError("listen on %s port %d: %s", host, port, strerror(errno));
}

static void Listener(txMachine* the)
{
	simGuard(the);
	construct(the, LISTENING, openListener);
}

static Socket* openSocket(txMachine* the, int state)
{
	Socket* socket = dataOf(the, mxThis);
	simGuard(the);
	if (!socket) mxUnknownError("closed");
	if (socket->state != state) mxUnknownError((socket->state == CONNECTING) ? "not connected yet" : "not open");
	return socket;
}

static void closeMethod(txMachine* the)
{
	Socket* socket;
	simGuard(the);
	socket = dataOf(the, mxThis);
	if (socket) closeSocket(the, socket);
}

static int readable(Socket* socket)
{
	int count = 0;
	return ioctl(socket->descriptor, FIONREAD, &count) ? 0 : count;
}

static int inFlight(Socket* socket)
{
	int count = 0;
	return ioctl(socket->descriptor, SIOCOUTQ, &count) ? 0 : count;
}

static int writable(Socket* socket)
{
	int free = SEND_BUFFER - inFlight(socket);
	return (free > 0) ? free : 0;
}

static void fail(Socket* socket, const char* why)
{
	if (!socket->failure) socket->failure = why;
	socket->state = ENDED;
}

/* read(): all that is there · read(n): at most n · read(view): fills the view. undefined when nothing is there. */
static void readTCP(txMachine* the)
{
	Socket* socket = openSocket(the, OPEN);
	int available = readable(socket);
	void* data;
	txUnsigned size;
	ssize_t count;
	socket->offered = 0;
	if (available <= 0) return;
	if (socket->asNumber) {
		txU1 byte;
		if (recv(socket->descriptor, &byte, 1, 0) != 1) return;
		mxResult->kind = XS_INTEGER_KIND;
		mxResult->value.integer = byte;
		return;
	}
	if ((mxArgc == 0) || mxIsUndefined(mxArgv(0)) || (mxArgv(0)->kind == XS_INTEGER_KIND) || (mxArgv(0)->kind == XS_NUMBER_KIND)) {
		int wanted = ((mxArgc == 0) || mxIsUndefined(mxArgv(0))) ? available : fxToInteger(the, mxArgv(0));
		if (wanted <= 0) return;
		if (wanted > available) wanted = available;
		data = fxArrayBuffer(the, mxResult, NULL, wanted, -1);
		data = fxToArrayBuffer(the, mxResult);
		count = recv(socket->descriptor, data, (size_t)wanted, 0);
		if (count != wanted) fail(socket, "the connection was lost");
		return;
	}
	_xsmcGetBuffer(the, mxArgv(0), &data, &size, 1);
	if (size > (txUnsigned)available) mxRangeError("read %d bytes: %d are there", (int)size, available);
	count = recv(socket->descriptor, data, size, 0);
	if (count != (ssize_t)size) fail(socket, "the connection was lost");
	mxResult->kind = XS_INTEGER_KIND;
	mxResult->value.integer = (txInteger)size;
}

/* Takes all bytes or throws. Answers how many more would be taken now. */
static void writeTCP(txMachine* the)
{
	Socket* socket = openSocket(the, OPEN);
	void* data;
	txUnsigned size;
	txU1 byte;
	ssize_t count;
	if (mxArgc < 1) mxTypeError("write needs data");
	if (socket->asNumber) {
		byte = (txU1)fxToInteger(the, mxArgv(0));
		data = &byte;
		size = 1;
	}
	else _xsmcGetBuffer(the, mxArgv(0), &data, &size, 0);
	if (size > (txUnsigned)writable(socket)) mxUnknownError("would block");
	count = send(socket->descriptor, data, size, MSG_NOSIGNAL);
	if (count != (ssize_t)size) {
		if (count < 0) fail(socket, strerror(errno));
		else fail(socket, "the kernel's send buffer is full");
	}
	else socket->unsent = 0x7FFFFFFF;
	mxResult->kind = XS_INTEGER_KIND;
	mxResult->value.integer = writable(socket);
}

static void getFormat(txMachine* the)
{
	Socket* socket = dataOf(the, mxThis);
	fxStringX(the, mxResult, (socket && socket->asNumber) ? "number" : "buffer");
}

static void setFormatAccessor(txMachine* the)
{
	Socket* socket = dataOf(the, mxThis);
	simGuard(the);
	if (socket) setFormat(the, socket, mxArgv(0));
}

static void addressOf(txMachine* the, int remote, int wantPort)
{
	Socket* socket = dataOf(the, mxThis);
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	char text[INET6_ADDRSTRLEN] = "";
	int port;
	if (!socket || (remote ? getpeername : getsockname)(socket->descriptor, (struct sockaddr*)&address, &length)) return;
	if (address.ss_family == AF_INET) {
		struct sockaddr_in* four = (struct sockaddr_in*)&address;
		inet_ntop(AF_INET, &four->sin_addr, text, sizeof(text));
		port = ntohs(four->sin_port);
	}
	else {
		struct sockaddr_in6* six = (struct sockaddr_in6*)&address;
		inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof(text));
		port = ntohs(six->sin6_port);
	}
	if (wantPort) {
		mxResult->kind = XS_INTEGER_KIND;
		mxResult->value.integer = port;
	}
	else fxString(the, mxResult, text);
}

static void getRemoteAddress(txMachine* the) { addressOf(the, 1, 0); }
static void getRemotePort(txMachine* the) { addressOf(the, 1, 1); }
static void getPort(txMachine* the) { addressOf(the, 0, 1); }

/* read() of a Listener: the next connection, as an object of the class TCP that the built-in module gave it. */
static void acceptTCP(txMachine* the)
{
	Socket* listener = openSocket(the, LISTENING);
	Socket* it;
	txSlot* instance;
	int descriptor = accept4(listener->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (descriptor < 0) return;
	setNoDelay(descriptor);
	mxPushSlot(mxThis);
	mxGetID(fxID(the, "TCP"));
	mxGetID(mxID(_prototype));
	instance = fxNewHostObject(the, NULL);
	instance->value.instance.prototype = (the->stack + 1)->value.reference;
	it = calloc(1, sizeof(Socket));
	if (!it) simFail(EXIT_SETUP, "no memory for a socket");
	it->descriptor = descriptor;
	it->state = OPEN;
	it->unsent = -1;
	it->next = sockets;
	sockets = it;
	it->self.kind = XS_REFERENCE_KIND;
	it->self.value.reference = instance;
	fxSetHostHooks(the, the->stack, &hooks);
	fxSetHostData(the, the->stack, it);
	mxPullSlot(mxResult);
	mxPop();
	fxRemember(the, &it->self);
}

/* Pushes the class with its prototype, and puts it under name into object. */
static txSlot* defineClass(txMachine* the, txSlot* object, txCallback constructor, const char* name)
{
	txSlot* prototype;
	mxPush(mxObjectPrototype);
	prototype = fxNewObjectInstance(the);
	fxNewHostConstructor(the, constructor, 1, fxID(the, (txString)name));
	fxNextSlotProperty(the, fxLastProperty(the, object->value.reference), the->stack, fxID(the, (txString)name), XS_NO_FLAG);
	return prototype;
}

void simDefineNet(txMachine* the, txSlot* object)
{
	txSlot* prototype = defineClass(the, object, TCP, "TCP");
	txSlot* property = fxLastProperty(the, prototype);
	property = simAddFunction(the, property, readTCP, 1, "read");
	property = simAddFunction(the, property, writeTCP, 1, "write");
	property = simAddFunction(the, property, closeMethod, 0, "close");
	property = fxNextHostAccessorProperty(the, property, getFormat, setFormatAccessor, fxID(the, "format"), XS_DONT_ENUM_FLAG);
	property = fxNextHostAccessorProperty(the, property, getRemoteAddress, NULL, fxID(the, "remoteAddress"), XS_DONT_ENUM_FLAG);
	property = fxNextHostAccessorProperty(the, property, getRemotePort, NULL, fxID(the, "remotePort"), XS_DONT_ENUM_FLAG);
	prototype = defineClass(the, object, Listener, "Listener");
	property = fxLastProperty(the, prototype);
	property = simAddFunction(the, property, acceptTCP, 0, "read");
	property = simAddFunction(the, property, closeMethod, 0, "close");
	property = fxNextHostAccessorProperty(the, property, getPort, NULL, fxID(the, "port"), XS_DONT_ENUM_FLAG);
	property = fxNextSlotProperty(the, property, the->stack + 1, fxID(the, "TCP"), XS_DONT_ENUM_FLAG);
	mxPop();
	mxPop();
}

/* Event loop */

/* A Listener, or a connection whose end is still to be told, keeps the program running. */
int simNetPrepare(void* pollfds, int limit, int* timeout)
{
	struct pollfd* descriptors = pollfds;
	Socket* socket;
	int count = 0;
	for (socket = sockets; socket; socket = socket->next) {
		socket->eventIndex = -1;
		if (socket->failure) *timeout = 0;
		if ((socket->descriptor < 0) || (count == limit)) continue;
		descriptors[count].fd = socket->descriptor;
		descriptors[count].revents = 0;
		descriptors[count].events = 0;
		if ((socket->state == CONNECTING) || (socket->unsent == 0x7FFFFFFF)) descriptors[count].events |= POLLOUT;
		if ((socket->state == LISTENING) || ((socket->state == OPEN) && !socket->offered)) descriptors[count].events |= POLLIN;
		if (socket->offered || (socket->unsent >= 0)) {
			if ((*timeout < 0) || (*timeout > RETRY_MILLISECONDS)) *timeout = RETRY_MILLISECONDS;
		}
		socket->eventIndex = count++;
	}
	return count;
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
	for (socket = sockets; socket; socket = socket->next)
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
	closeSocket(the, socket);
	if (!mxIsUndefined(the->stack)) simInvoke(the, "onError", the->stack + 1, the->stack, 1, &argument);
	mxPop();
	mxPop();
}

static void connected(Socket* socket)
{
	int error = 0;
	socklen_t length = sizeof(error);
	getsockopt(socket->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error) fail(socket, strerror(error));
	else {
		socket->state = OPEN;
		socket->unsent = 0x7FFFFFFF;
	}
}

/* New bytes, or the end of the stream once all bytes were read. */
static int serveReading(txMachine* the, Socket* socket, int events)
{
	int available = readable(socket);
	if (available > socket->offered) {
		socket->offered = available;
		return call(the, socket, &socket->onReadable, "onReadable", 1, available);
	}
	if ((available == 0) && (events & (POLLIN | POLLHUP | POLLERR))) {
		txU1 byte;
		ssize_t count = recv(socket->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
		if (count == 0) fail(socket, "the peer closed the connection");
		else if ((count < 0) && (errno != EAGAIN)) fail(socket, strerror(errno));
	}
	return 1;
}

static int serveWriting(txMachine* the, Socket* socket)
{
	int waiting = socket->unsent;
	int now;
	if (waiting < 0) return 1;
	now = inFlight(socket);
	if (now && (now >= waiting)) return 1;
	socket->unsent = now ? now : -1;
	if (waiting == 0x7FFFFFFF && now) {
		socket->unsent = now;  /* the first look after a write: wait for an acknowledgement */
		return 1;
	}
	return call(the, socket, &socket->onWritable, "onWritable", 1, writable(socket));
}

static void serve(txMachine* the, Socket* socket, int events)
{
	if (socket->failure) {
		tellFailure(the, socket);
		return;
	}
	if (socket->state == LISTENING) {
		if (events & POLLIN) call(the, socket, &socket->onReadable, "onReadable", 1, 1);
		return;
	}
	if ((socket->state == CONNECTING) && (events & (POLLOUT | POLLERR | POLLHUP))) connected(socket);
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
	for (socket = sockets; socket && !sim.exiting; socket = socket->next) {
		for (i = 0; (i < doneCount) && (done[i] != socket); i++) ;
		if (i < doneCount) continue;
		if (doneCount == 256) return;
		done[doneCount++] = socket;
		if ((socket->eventIndex < 0) && !socket->failure) continue;
		serve(the, socket, (socket->eventIndex < 0) || (socket->eventIndex >= count) ? 0 : descriptors[socket->eventIndex].revents);
		goto again;
	}
}
