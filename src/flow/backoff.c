#include "flow/backoff.h"

#include <stddef.h>
#include <sys/random.h>
#include <time.h>

int64_t backoff_now(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void backoff_wait(int64_t since)
{
	enum { LEAST_MS = 40, MOST_MS = 10000 };
	int64_t most = 2 * (backoff_now() - since);
	uint32_t random = 0;
	int64_t ms;
	struct timespec pause;

	most = most < LEAST_MS ? LEAST_MS : most > MOST_MS ? MOST_MS : most;
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	ms = (int64_t)(random % (uint32_t)most);
	pause = (struct timespec){ (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
	(void)nanosleep(&pause, NULL);
}
