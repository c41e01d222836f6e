#include "flow/backoff.h"

#include "base/clock.h"

#include <stddef.h>
#include <sys/random.h>

void backoff_wait(int64_t since)
{
	enum { LEAST_MS = 40, MOST_MS = 10000 };
	int64_t most = 2 * (clock_ms() - since);
	uint32_t random = 0;

	most = most < LEAST_MS ? LEAST_MS : most > MOST_MS ? MOST_MS : most;
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	(void)clock_sleep_ms((int64_t)(random % (uint32_t)most));
}
