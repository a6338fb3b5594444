/* Sockets of the device: what net.c (objects), tcp.c (methods) and net-events.c (event loop) share. */
#ifndef THIMBLE_NET_H
#define THIMBLE_NET_H

#include "sim.h"

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
	int wanted;                /* onWritable is due when so many bytes can be written; 0: not due */
	int eventIndex;
} Socket;

extern Socket* simSockets;

/* net.c */
Socket* simSocketNew(txMachine* the, txSlot* prototype, int descriptor, int state);
Socket* simSocketOf(txMachine* the, txSlot* slot);
void simSocketClose(txMachine* the, Socket* socket);
void simSocketFail(Socket* socket, const char* why);
void simSocketFormat(txMachine* the, Socket* socket, txSlot* value);
void simSocketNoDelay(int descriptor);

/* tcp.c */
int simSocketReadable(Socket* socket);
int simSocketWritable(Socket* socket);
void simAddTCPMethods(txMachine* the, txSlot* prototype);
void simAddListenerMethods(txMachine* the, txSlot* prototype, txSlot* tcp);

#endif
