/* Bytecode as it lies in flash: the opcodes that a linked archive has (functions run where they are, string literals are not copied), the machine's names. */
#include "engine.h"

/* xsRun.c; the header lacks it */
extern void fxRemapIDs(txMachine* the, txByte* codeBuffer, txSize codeSize, txID* ids);

/* The opcodes of a linked archive have the same length as those they replace. */
void engineToArchive(txByte* p, txSize size)
{
	txByte* end = p + size;
	while (p < end) {
		txU1 op = *(txU1*)p;
		txS1 step = gxCodeSizes[op];
		switch (op) {
		case XS_CODE_CODE_1: *p = (txByte)XS_CODE_CODE_ARCHIVE_1; break;
		case XS_CODE_CODE_2: *p = (txByte)XS_CODE_CODE_ARCHIVE_2; break;
		case XS_CODE_CODE_4: *p = (txByte)XS_CODE_CODE_ARCHIVE_4; break;
		case XS_CODE_STRING_1: *p = (txByte)XS_CODE_STRING_ARCHIVE_1; break;
		case XS_CODE_STRING_2: *p = (txByte)XS_CODE_STRING_ARCHIVE_2; break;
		case XS_CODE_STRING_4: *p = (txByte)XS_CODE_STRING_ARCHIVE_4; break;
		}
		if (step > 0) p += step;
		else if (step == 0) p += 1 + sizeof(txID);
		else if (step == -1) p += 2 + *((txU1*)p + 1);
		else if (step == -2) {
			txU2 length;
			memcpy(&length, p + 1, 2);
			p += 3 + length;
		}
		else {
			txS4 length;
			memcpy(&length, p + 1, 4);
			p += 5 + length;
		}
	}
}

int engineMapNames(txMachine* the, txScript* script)
{
	txByte* p = script->symbolsBuffer;
	txID count, i;
	txID* ids;
	mxDecodeID(p, count);
	ids = c_calloc(count ? count : 1, sizeof(txID));
	if (!ids) return 0;
	for (i = 1; i < count; i++) {
		ids[i] = fxNewNameC(the, (txString)p);
		p += mxStringLength((char*)p) + 1;
	}
	fxRemapIDs(the, script->codeBuffer, script->codeSize, ids);
	c_free(ids);
	return 1;
}
