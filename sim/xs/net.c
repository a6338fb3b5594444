/*
 * ECMA-419 TCP and Listener over the process's sockets, with the manners of the device's lwIP: nothing is called from inside a constructor,
 * the first onWritable means connected, write() takes what the send buffer can hold or throws, the end of the stream is onError.
 */
#include "net.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static void markSocket(txMachine* the, void* data, txMarkRoot markRoot)
{
	Socket* socket = data;
	if (!socket) return;
	(*markRoot)(the, &socket->onReadable);
	(*markRoot)(the, &socket->onWritable);
	(*markRoot)(the, &socket->onError);
}

static const txHostHooks hooks = { NULL, markSocket, NULL };

Socket* simSockets;

/* Pushes a new object with that prototype, and gives it a Socket that keeps it alive until it is closed. */
Socket* simSocketNew(txMachine* the, txSlot* prototype, int descriptor, int state)
{
	txSlot* instance = fxNewHostObject(the, NULL);
	Socket* socket = calloc(1, sizeof(Socket));
	if (!socket) simFail(EXIT_SETUP, "no memory for a socket");
	instance->value.instance.prototype = prototype->value.reference;
	socket->descriptor = descriptor;
	socket->state = state;
	socket->next = simSockets;
	simSockets = socket;
	socket->self.kind = XS_REFERENCE_KIND;
	socket->self.value.reference = instance;
	fxSetHostHooks(the, the->stack, &hooks);
	fxSetHostData(the, the->stack, socket);
	fxRemember(the, &socket->self);
	return socket;
}

void simSocketClose(txMachine* the, Socket* socket)
{
	Socket** address = &simSockets;
	while (*address && (*address != socket)) address = &(*address)->next;
	if (*address) *address = socket->next;
	if (socket->descriptor >= 0) close(socket->descriptor);
	fxSetHostData(the, &socket->self, NULL);
	fxForget(the, &socket->self);
	free(socket->question);
	free(socket);
}

void simSocketFail(Socket* socket, const char* why)
{
	if (!socket->failure) socket->failure = why;
	socket->state = ENDED;
}

Socket* simSocketOf(txMachine* the, txSlot* slot)
{
	return mxIsReference(slot) ? fxGetHostData(the, slot) : NULL;
}

void simSocketFormat(txMachine* the, Socket* socket, txSlot* value)
{
	txString text = fxToString(the, value);
	if (!strcmp(text, "number")) socket->asNumber = 1;
	else if (!strcmp(text, "buffer")) socket->asNumber = 0;
	else mxRangeError("format is \"number\" or \"buffer\"");
}

void simSocketNoDelay(int descriptor)
{
	int one = 1;
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
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

int simParseAddress(const char* text, int port, struct sockaddr_storage* address, socklen_t* length)
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
	if (simParseAddress(host, port, address, length)) return 1;
	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(host, service, &hints, &list) || !list) return 0;
	memcpy(address, list->ai_addr, list->ai_addrlen);
	*length = list->ai_addrlen;
	freeaddrinfo(list);
	return 1;
}

/* The new object, of the class that was called. It is the result. */
static Socket* create(txMachine* the, int state)
{
	Socket* socket;
	if (mxIsUndefined(mxTarget)) mxTypeError("call with new");
	if ((mxArgc < 1) || !mxIsReference(mxArgv(0))) mxTypeError("options are missing");
	mxPushSlot(mxTarget);
	mxGetID(mxID(_prototype));
	socket = simSocketNew(the, the->stack, -1, state);
	mxPullSlot(mxResult);
	mxPop();
	return socket;
}

static void commonOptions(txMachine* the, Socket* socket)
{
	txSlot* value;
	callbackOption(the, "onReadable", &socket->onReadable);
	callbackOption(the, "onWritable", &socket->onWritable);
	callbackOption(the, "onError", &socket->onError);
	value = option(the, "format");
	if (!mxIsUndefined(value)) simSocketFormat(the, socket, value);
	mxPop();
	value = option(the, "target");
	if (!mxIsUndefined(value)) {
		mxPushSlot(mxResult);
		fxSetID(the, fxID(the, "target"));
	}
	mxPop();
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
	if (sim.options.gateway) {
		simAskGateway(it, "connect", host, port);
		return;
	}
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
	if (mxIsUndefined(value) || fxToBoolean(the, value)) simSocketNoDelay(it->descriptor);
	mxPop();
	if (connect(it->descriptor, (struct sockaddr*)&address, length) && (errno != EINPROGRESS)) it->failure = strerror(errno);
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
		simSocketClose(the, socket);
		fxJump(the);
	}
}

/* { from }: another object takes over the connection, as HTTPServer does with what a Listener gave. */
static void openTCP(txMachine* the, Socket* socket)
{
	txSlot* value = option(the, "from");
	if (mxIsReference(value)) {
		Socket* from = simSocketOf(the, value);
		if (!from || (from->state != OPEN)) mxTypeError("from is no open socket");
		socket->descriptor = from->descriptor;
		socket->state = OPEN;
		socket->wanted = 1;
		from->descriptor = -1;
		simSocketClose(the, from);
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
	if (!simParseAddress(host, port, &address, &length)) mxRangeError("address is no IP address");
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

/* Pushes the class, and puts it under name into object. */
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
	txSlot* tcp = the->stack;
	simAddTCPMethods(the, prototype);
	prototype = defineClass(the, object, Listener, "Listener");
	simAddListenerMethods(the, prototype, tcp);
	mxPop();
	mxPop();
	simAddResolve(the, object);
}
