/* Methods of TCP and Listener: read, write, close, and what can be asked. */
#include "net.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>

#define SEND_BUFFER 5744      /* lwIP on the ESP32: 4 segments of 1,436 bytes */

extern txInteger _xsmcGetBuffer(txMachine* the, txSlot* slot, void** data, txUnsigned* count, txBoolean writable);

static Socket* openSocket(txMachine* the, int state)
{
	Socket* socket = simSocketOf(the, mxThis);
	simGuard(the);
	if (!socket) mxUnknownError("closed");
	if (socket->state != state) mxUnknownError(((socket->state == CONNECTING) || (socket->state == ASKING)) ? "not connected yet" : "not open");
	return socket;
}

static void closeMethod(txMachine* the)
{
	Socket* socket;
	simGuard(the);
	socket = simSocketOf(the, mxThis);
	if (socket) simSocketClose(the, socket);
}

int simSocketReadable(Socket* socket)
{
	int count = 0;
	if (ioctl(socket->descriptor, FIONREAD, &count)) return 0;
	return (sim.options.segment && (count > sim.options.segment)) ? sim.options.segment : count;
}

/* What the peer has not acknowledged fills the send buffer. */
int simSocketWritable(Socket* socket)
{
	int unacknowledged = 0;
	int free;
	if (ioctl(socket->descriptor, SIOCOUTQ, &unacknowledged)) return 0;
	free = SEND_BUFFER - unacknowledged;
	return (free > 0) ? free : 0;
}


/* read(): all that is there · read(n): at most n · read(view): fills the view. undefined when nothing is there. */
static void readTCP(txMachine* the)
{
	Socket* socket = openSocket(the, OPEN);
	int available = simSocketReadable(socket);
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
		if (count != wanted) simSocketFail(socket, "the connection was lost");
		return;
	}
	_xsmcGetBuffer(the, mxArgv(0), &data, &size, 1);
	if (size > (txUnsigned)available) mxRangeError("read %d bytes: %d are there", (int)size, available);
	count = recv(socket->descriptor, data, size, 0);
	if (count != (ssize_t)size) simSocketFail(socket, "the connection was lost");
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
	if (size > (txUnsigned)simSocketWritable(socket)) {
		socket->wanted = (size < SEND_BUFFER) ? (int)size : SEND_BUFFER;
		mxUnknownError("would block");
	}
	count = send(socket->descriptor, data, size, MSG_NOSIGNAL);
	if (count != (ssize_t)size) {
		if (count < 0) simSocketFail(socket, strerror(errno));
		else simSocketFail(socket, "the kernel's send buffer is full");
	}
	else socket->wanted = 1;
	mxResult->kind = XS_INTEGER_KIND;
	mxResult->value.integer = simSocketWritable(socket);
}

static void getFormat(txMachine* the)
{
	Socket* socket = simSocketOf(the, mxThis);
	fxStringX(the, mxResult, (socket && socket->asNumber) ? "number" : "buffer");
}

static void setFormatAccessor(txMachine* the)
{
	Socket* socket = simSocketOf(the, mxThis);
	simGuard(the);
	if (socket) simSocketFormat(the, socket, mxArgv(0));
}

static void addressOf(txMachine* the, int remote, int wantPort)
{
	Socket* socket = simSocketOf(the, mxThis);
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

/* read() of a Listener: the next connection, as an object of the class TCP. */
static void acceptTCP(txMachine* the)
{
	Socket* listener = openSocket(the, LISTENING);
	int descriptor;
	listener->offered = 0;
	descriptor = accept4(listener->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (descriptor < 0) return;
	simSocketNoDelay(descriptor);
	mxPushSlot(mxThis);
	mxGetID(fxID(the, "TCP"));
	mxGetID(mxID(_prototype));
	simSocketNew(the, the->stack, descriptor, OPEN);
	mxPullSlot(mxResult);
	mxPop();
}

void simAddTCPMethods(txMachine* the, txSlot* prototype)
{
	txSlot* property = fxLastProperty(the, prototype);
	property = simAddFunction(the, property, readTCP, 1, "read");
	property = simAddFunction(the, property, writeTCP, 1, "write");
	property = simAddFunction(the, property, closeMethod, 0, "close");
	property = fxNextHostAccessorProperty(the, property, getFormat, setFormatAccessor, fxID(the, "format"), XS_DONT_ENUM_FLAG);
	property = fxNextHostAccessorProperty(the, property, getRemoteAddress, NULL, fxID(the, "remoteAddress"), XS_DONT_ENUM_FLAG);
	property = fxNextHostAccessorProperty(the, property, getRemotePort, NULL, fxID(the, "remotePort"), XS_DONT_ENUM_FLAG);
}

/* tcp: the class of the connections that a listener gives. */
void simAddListenerMethods(txMachine* the, txSlot* prototype, txSlot* tcp)
{
	txSlot* property = fxLastProperty(the, prototype);
	property = simAddFunction(the, property, acceptTCP, 0, "read");
	property = simAddFunction(the, property, closeMethod, 0, "close");
	property = fxNextHostAccessorProperty(the, property, getPort, NULL, fxID(the, "port"), XS_DONT_ENUM_FLAG);
	property = fxNextSlotProperty(the, property, tcp, fxID(the, "TCP"), XS_DONT_ENUM_FLAG);
}
