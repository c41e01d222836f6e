#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

/*
 * Fewer items than this are not worth a thread; the items that a thread takes at a time; the most
 * threads besides the caller's.
 */
enum { WORTH_IT = 32, PORTION = 4, HELPERS = 7 };

struct job {
	size_t n, portion;
	void (*work)(void *ctx, size_t i);
	void *ctx;
	atomic_size_t next;
};

/* Takes portions until none is left. */
static void *take_portions(void *arg)
{
	struct job *job = arg;

	for (;;) {
		size_t from = atomic_fetch_add(&job->next, job->portion);

		if (from >= job->n)
			return NULL;
		for (size_t i = from; i < job->n && i < from + job->portion; i++)
			job->work(job->ctx, i);
	}
}

/* The number of processors that this process may use besides its current one. */
static size_t other_processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count > HELPERS ? HELPERS : (size_t)count - 1;
}

/* Works with at most `wanted` helpers. */
static void run_job(struct job job, size_t wanted)
{
	pthread_t helpers[HELPERS];
	sigset_t all, before;
	size_t count = 0;

	atomic_init(&job.next, 0);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before); /* helpers take no signals */
	while (count < wanted && pthread_create(&helpers[count], NULL, take_portions, &job) == 0)
		count++;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)take_portions(&job);
	while (count)
		(void)pthread_join(helpers[--count], NULL);
}

void each_in_turn(size_t n, void (*work)(void *ctx, size_t i), void *ctx)
{
	for (size_t i = 0; i < n; i++)
		work(ctx, i);
}

void parallel_each(size_t n, void (*work)(void *ctx, size_t i), void *ctx)
{
	run_job((struct job){ .n = n, .portion = PORTION, .work = work, .ctx = ctx },
		n < WORTH_IT ? 0 : other_processors());
}

void parallel_parts(size_t n, void (*work)(void *ctx, size_t i), void *ctx)
{
	size_t wanted = n > 1 ? other_processors() : 0;

	run_job((struct job){ .n = n, .portion = 1, .work = work, .ctx = ctx },
		wanted && wanted >= n ? n - 1 : wanted);
}
