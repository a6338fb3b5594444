/*
 * What a linker does to the heap of modules that it puts into flash, done to a machine's heap: every object is frozen, every pointer into its chunks gets
 * the kind that the collector leaves alone, what stays changeable gets an alias number.
 */
#include "engine.h"

void engineEachSlot(txMachine* the, void (*visit)(txMachine*, txSlot*))
{
	txSlot* heap;
	for (heap = the->firstHeap; heap; heap = heap->next) {
		txSlot* slot = heap + 1;
		txSlot* limit = heap->value.reference;
		for (; slot < limit; slot++)
			(*visit)(the, slot);
	}
}

static txIndex itemCount(txSlot* slot)
{
	txByte* items = (txByte*)slot->value.array.address;
	txSize count = items ? (txSize)((((txChunk*)(items - sizeof(txChunk)))->size - sizeof(txChunk)) / sizeof(txSlot)) : 0;
	return ((txIndex)count < slot->value.array.length) ? (txIndex)count : slot->value.array.length;
}

static int (*isThawed)(txSlot* instance);

static void freezeProperty(txSlot* property)
{
	if (property->kind != XS_ACCESSOR_KIND) property->flag |= XS_DONT_SET_FLAG;
	property->flag |= XS_DONT_DELETE_FLAG;
}

static void freezeInstance(txMachine* the, txSlot* instance)
{
	txSlot* property;
	if ((instance->kind != XS_INSTANCE_KIND) || (isThawed && (*isThawed)(instance))) return;
	instance->flag |= XS_DONT_PATCH_FLAG;
	for (property = instance->next; property; property = property->next) {
		freezeProperty(property);
		if (property->kind == XS_ARRAY_KIND) {
			txSlot* item = property->value.array.address;
			txIndex count = itemCount(property);
			for (; count; count--, item++)
				freezeProperty(item);
		}
	}
}

/* The collector of the device marks chunks of the plain kinds, wherever it meets them. Those here are not its own. */
static void toFlashKind(txMachine* the, txSlot* slot)
{
	switch (slot->kind) {
	case XS_STRING_KIND: slot->kind = XS_STRING_X_KIND; break;
	case XS_BIGINT_KIND: slot->kind = XS_BIGINT_X_KIND; break;
	case XS_CODE_KIND: slot->kind = XS_CODE_X_KIND; break;
	case XS_KEY_KIND: slot->kind = XS_KEY_X_KIND; break;
	case XS_ARRAY_KIND: {
		txSlot* item = slot->value.array.address;
		txIndex count = itemCount(slot);
		for (; count; count--, item++)
			toFlashKind(the, item);
		break;
	}
	}
}

static txSize nextAlias;

static int isFrozen(txSlot* instance)
{
	txSlot* property;
	if (!(instance->flag & XS_DONT_PATCH_FLAG)) return 0;
	for (property = instance->next; property; property = property->next) {
		if (!(property->flag & XS_DONT_DELETE_FLAG)) return 0;
		if ((property->kind != XS_ACCESSOR_KIND) && !(property->flag & XS_DONT_SET_FLAG)) return 0;
	}
	return 1;
}

static void aliasInstance(txMachine* the, txSlot* slot)
{
	if (slot->kind == XS_INSTANCE_KIND) slot->ID = isFrozen(slot) ? XS_NO_ID : (txID)nextAlias++;
	slot->flag |= XS_MARK_FLAG;
}

/* A closure's variable: const is shared, let and var get an alias, since modules may change them on the device. */
static void aliasClosure(txMachine* the, txSlot* slot)
{
	txSlot* variable;
	if ((slot->kind != XS_CLOSURE_KIND) || !(variable = slot->value.closure)) return;
	if (variable->flag & XS_DONT_SET_FLAG)
		variable->flag |= XS_DONT_DELETE_FLAG;
	else {
		if (variable->ID == XS_NO_ID) variable->ID = (txID)nextAlias++;
		slot->flag &= ~XS_DONT_SET_FLAG;
	}
}

/* The root's global object caches what was looked up, which flash cannot do. A linked root has a plain object there. */
static void makeGlobalPlain(txSlot* global)
{
	if (global->next && (global->next->kind == XS_GLOBAL_KIND)) {
		global->next = global->next->next;
		global->flag &= ~XS_EXOTIC_FLAG;
	}
}

/* Returns the number of aliases. isThawed (may be NULL) says which instances stay changeable. */
int engineFreeze(txMachine* the, int (*thawed)(txSlot* instance))
{
	txSlot* slot;
	isThawed = thawed;
	nextAlias = 1;
	makeGlobalPlain(mxGlobal.value.reference);
	engineEachSlot(the, freezeInstance);
	engineEachSlot(the, aliasInstance);
	engineEachSlot(the, aliasClosure);
	engineEachSlot(the, toFlashKind);
	for (slot = the->stack; slot < the->stackTop; slot++)
		toFlashKind(the, slot);
	the->aliasCount = (txID)nextAlias;
	return (int)nextAlias - 1;
}
