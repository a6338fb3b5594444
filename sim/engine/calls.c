/* What runs, for messages. */
#include "engine.h"

/* The names of the functions that run, innermost first. Reads memory only: it must work when no byte can be allocated. */
void engineDescribeCalls(txMachine* the, char* buffer, size_t size)
{
	engineDescribeFrom(the, the ? the->frame : NULL, buffer, size);
}

void engineDescribeFrom(txMachine* the, txSlot* frame, char* buffer, size_t size)
{
	size_t used = 0;
	int depth = 0;
	buffer[0] = 0;
	while (frame && (depth < 12) && (used + 4 < size)) {
		txSlot* function = frame + 3;
		txSlot* property = mxIsReference(function) ? function->value.reference->next : NULL;
		for (; property; property = property->next) {
			const char* name;
			if ((property->ID != mxID(_name)) || (property->flag & XS_INTERNAL_FLAG)) continue;
			if ((property->kind == XS_STRING_KIND) || (property->kind == XS_STRING_X_KIND)) name = property->value.string;
			else if ((property->kind == XS_KEY_KIND) || (property->kind == XS_KEY_X_KIND)) name = property->value.key.string;
			else continue;
			if (*name) {
				used += (size_t)snprintf(buffer + used, size - used, "%s%s", used ? " < " : "", name);
				depth++;
			}
			break;
		}
		frame = frame->next;
	}
}
