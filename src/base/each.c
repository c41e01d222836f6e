#include "base/each.h"

void each_in_turn(size_t n, void (*work)(void *ctx, size_t i), void *ctx)
{
	for (size_t i = 0; i < n; i++)
		work(ctx, i);
}
