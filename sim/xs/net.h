/* Sockets of the device: what net.c (objects), tcp.c (methods) and net-events.c (event loop) share. */
#ifndef THIMBLE_NET_H
#define THIMBLE_NET_H

#include "sim.h"

#include <sys/socket.h>

enum {
	CONNECTING,
	ASKING,                    /* the gateway was told what is wanted, and has not answered */
	OPEN,
	LISTENING,
	ENDED
};

/* Of a gateway: + and, for a look-up, the address; or - and the reason. */
#define REPLY_SIZE 128

typedef struct Socket {
	struct Socket* next;
	txSlot self;
	txSlot onReadable, onWritable, onError;
	int descriptor;
	int state;
	int asNumber;              /* format "number": read and write single bytes */
	const char* failure;       /* onError is due, with this text */
	int offered;               /* bytes that onReadable told of and that were not read; no new call until more came */
	int wanted;                /* onWritable is due when so many bytes can be written; 0: not due */
	int eventIndex;
	int isLookup;              /* a name that is looked up; onReadable gets the address or undefined */
	char* question;            /* a line that goes to the gateway once it is connected */
	char reply[REPLY_SIZE];
	int replyLength;
	int answered;              /* reply is whole */
} Socket;

extern Socket* simSockets;

/* net.c */
Socket* simSocketNew(txMachine* the, txSlot* prototype, int descriptor, int state);
Socket* simSocketOf(txMachine* the, txSlot* slot);
void simSocketClose(txMachine* the, Socket* socket);
void simSocketFail(Socket* socket, const char* why);
void simSocketFormat(txMachine* the, Socket* socket, txSlot* value);
void simSocketNoDelay(int descriptor);
int simParseAddress(const char* text, int port, struct sockaddr_storage* address, socklen_t* length);
void simAskGateway(Socket* socket, const char* verb, const char* host, int port);

/* gateway.c */
void simQuestion(Socket* socket);
void simReadReply(Socket* socket);

/* tcp.c */
int simSocketReadable(Socket* socket);
int simSocketWritable(Socket* socket);
void simAddTCPMethods(txMachine* the, txSlot* prototype);
void simAddListenerMethods(txMachine* the, txSlot* prototype, txSlot* tcp);

#endif
