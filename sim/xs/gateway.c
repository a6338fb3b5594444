/*
 * The gateway is a process on this machine through which the device's connections and look-ups go, where one is given: it makes a network of the
 * wire that is too good. For each it gets a line, "connect HOST PORT" or "resolve NAME", and answers with a line; then it hands bytes on.
 */
#include "net.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

/* What would end the line, or be two words, is no host. */
static int isHost(const char* text)
{
	if (!*text) return 0;
	for (; *text; text++)
		if (((unsigned char)*text <= ' ') || ((unsigned char)*text > '~')) return 0;
	return 1;
}

void simAskGateway(Socket* socket_, const char* verb, const char* host, int port)
{
	struct sockaddr_storage address;
	socklen_t length;
	char line[400];
	if (!isHost(host)) {
		socket_->failure = "no such host";
		return;
	}
	if (port) snprintf(line, sizeof(line), "%s %s %d\n", verb, host, port);
	else snprintf(line, sizeof(line), "%s %s\n", verb, host);
	socket_->question = strdup(line);
	socket_->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (!socket_->question || (socket_->descriptor < 0)) simFail(EXIT_SETUP, "no socket to the gateway: %s", strerror(errno));
	simSocketNoDelay(socket_->descriptor);
	simParseAddress("127.0.0.1", sim.options.gateway, &address, &length);
	if (connect(socket_->descriptor, (struct sockaddr*)&address, length) && (errno != EINPROGRESS)) socket_->failure = strerror(errno);
}

/* The gateway is connected. */
void simQuestion(Socket* socket)
{
	size_t length = strlen(socket->question);
	if (send(socket->descriptor, socket->question, length, MSG_NOSIGNAL) != (ssize_t)length) simSocketFail(socket, "the gateway does not listen");
	else socket->state = ASKING;
}

/* Takes the line and not a byte more: what follows is the connection's. */
void simReadReply(Socket* socket)
{
	while (!socket->answered) {
		char* to = socket->reply + socket->replyLength;
		ssize_t count = recv(socket->descriptor, to, 1, 0);
		if ((count < 0) && (errno == EAGAIN)) return;
		if ((count != 1) || (socket->replyLength + 1 == REPLY_SIZE)) {
			simSocketFail(socket, "the connection was lost");
			return;
		}
		if (*to == '\n') {
			*to = 0;
			socket->answered = 1;
		}
		else socket->replyLength++;
	}
	if (socket->isLookup) return;
	if (socket->reply[0] == '+') {
		socket->state = OPEN;
		socket->wanted = 1;
	}
	else {
		const char* why = strdup(socket->reply + 1); /* the socket is gone before the app reads it */
		simSocketFail(socket, why ? why : "no memory");
	}
}

/* Without a gateway this machine's resolver answers at once. */
static void lookUpHere(Socket* socket, const char* name)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo* list = NULL;
	socket->reply[0] = '-';
	socket->answered = 1;
	if (!isHost(name) || getaddrinfo(name, NULL, &hints, &list) || !list) return;
	if (!getnameinfo(list->ai_addr, list->ai_addrlen, socket->reply + 1, REPLY_SIZE - 1, NULL, 0, NI_NUMERICHOST)) socket->reply[0] = '+';
	freeaddrinfo(list);
}

/* resolve(name, callback): callback(address) once it is known, callback() where there is no such host. */
static void resolve(txMachine* the)
{
	Socket* socket;
	char name[256];
	simGuard(the);
	if ((mxArgc < 2) || !fxIsCallable(the, mxArgv(1))) mxTypeError("resolve needs a name and a function");
	fxToStringBuffer(the, mxArgv(0), name, sizeof(name));
	mxPush(mxObjectPrototype);
	socket = simSocketNew(the, the->stack, -1, CONNECTING);
	mxPop();
	mxPop();
	socket->isLookup = 1;
	socket->onReadable.kind = mxArgv(1)->kind;
	socket->onReadable.value = mxArgv(1)->value;
	if (sim.options.gateway) simAskGateway(socket, "resolve", name, 0);
	else lookUpHere(socket, name);
}

void simAddResolve(txMachine* the, txSlot* object)
{
	simAddFunction(the, fxLastProperty(the, object->value.reference), resolve, 2, "resolve");
}
