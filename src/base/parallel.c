#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

/*
 * Below so many things a thread costs more than it brings; so many are taken at a time; so many
 * threads beside the caller's.
 */
enum { WORTH_IT = 32, PORTION = 4, HELPERS = 7 };

struct job {
	size_t n, portion;
	void (*work)(void *ctx, size_t i);
	void *ctx;
	atomic_size_t next;
};

/* Takes portions until none is left. */
static void *take_part(void *arg)
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

/* How many processors this process may use besides its own. */
static size_t other_processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count > HELPERS ? HELPERS : (size_t)count - 1;
}

/* Works with at most so many helpers. */
static void run(struct job job, size_t wanted)
{
	pthread_t helpers[HELPERS];
	sigset_t all, before;
	size_t count = 0;

	atomic_init(&job.next, 0);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all,
			      &before); /* signals are for the thread that was there before */
	while (count < wanted && pthread_create(&helpers[count], NULL, take_part, &job) == 0)
		count++;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)take_part(&job);
	while (count)
		(void)pthread_join(helpers[--count], NULL);
}

void parallel_each(size_t n, void (*work)(void *ctx, size_t i), void *ctx)
{
	run((struct job){ .n = n, .portion = PORTION, .work = work, .ctx = ctx },
	    n < WORTH_IT ? 0 : other_processors());
}

void parallel_parts(size_t n, void (*work)(void *ctx, size_t i), void *ctx)
{
	size_t wanted = n > 1 ? other_processors() : 0;

	run((struct job){ .n = n, .portion = 1, .work = work, .ctx = ctx },
	    wanted && wanted >= n ? n - 1 : wanted);
}
