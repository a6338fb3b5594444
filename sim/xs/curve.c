/*
 * The curve of live memory between two marks (--curve), for pictures: so many points at most, each the largest sum of as many moments. Where they do not do,
 * pairs become one. A moment is an allocation.
 */
#include "sim.h"

#define POINTS 64

typedef struct {
	SimUse points[POINTS];
	int count;      /* points, the last one may be half full */
	int full;       /* moments that make a point */
	int taken;      /* moments in the last one */
} Curve;

static Curve curves[SIM_MARK_LIMIT];
static int current = 0;

static void halve(Curve* curve)
{
	int i;
	for (i = 0; i < POINTS / 2; i++) {
		SimUse *a = &curve->points[2 * i], *b = a + 1;
		curve->points[i] = (a->sum < b->sum) ? *b : *a;
	}
	curve->count = POINTS / 2;
	curve->full *= 2;
}

void simCurveTake(SimUse use)
{
	Curve* curve = &curves[current];
	if (!curve->full) curve->full = 1;
	if (!curve->count || (curve->taken == curve->full)) {
		if (curve->count == POINTS) halve(curve);
		curve->points[curve->count++] = use;
		curve->taken = 1;
		return;
	}
	curve->taken++;
	if (curve->points[curve->count - 1].sum < use.sum) curve->points[curve->count - 1] = use;
}

/* What comes belongs to the mark of this number. */
void simCurveBegin(int mark)
{
	current = (mark < SIM_MARK_LIMIT) ? mark : SIM_MARK_LIMIT - 1;
	memset(&curves[current], 0, sizeof(Curve));
}

void simCurveWrite(FILE* file, int mark)
{
	Curve* curve = &curves[mark];
	int i;
	fputs(",\"curve\":[", file);
	for (i = 0; i < curve->count; i++)
		fprintf(file, "%s[%.0f,%.0f,%.0f]", i ? "," : "", curve->points[i].chunkBytes, curve->points[i].slots, curve->points[i].stackBytes);
	fputc(']', file);
}
