#include "plugin/progress.h"

#include "base/clock.h"

/* Milliseconds until the first line, and between two of them, in a log and on a terminal. */
enum { PATIENCE = 1000, PAUSE_LOG = 2000, PAUSE_TERMINAL = 100 };

struct shown {
	const struct app *app;
	int64_t begin, last; /* in milliseconds; last: of the last line, 0: there was none */
	bool drawn;          /* a line stands on the terminal that has to go */
};

/* Takes the line off the terminal. */
static void wipe(struct shown *s)
{
	if (s->drawn)
		(void)fprintf(s->app->talk, "\r\033[K");
	s->drawn = false;
}

static void tell(void *ctx, const char *doing, size_t done, size_t all)
{
	struct shown *s = ctx;
	int64_t now = clock_ms();
	AUTO_STR struct str line = STR_INIT;

	if (!doing) {
		wipe(s);
		return;
	}
	if (now - s->begin < PATIENCE ||
	    (s->last && now - s->last < (s->app->talk_tty ? PAUSE_TERMINAL : PAUSE_LOG)))
		return;
	wipe(s);
	str_addf(&line, "progress: %s", doing);
	if (done || all)
		str_addf(&line, ": %zu", done);
	if (all)
		str_addf(&line, " of %zu", all);
	(void)fprintf(s->app->talk, "%s%c", line.ptr,
		      s->app->talk_tty ? '\r' : '\n'); /* an error is written over it */
	(void)fflush(s->app->talk);
	s->drawn = s->app->talk_tty;
	s->last = now;
}

struct progress progress_shown(struct app *app)
{
	struct shown *s = arena_alloc(app->arena, sizeof(*s));

	*s = (struct shown){ .app = app, .begin = clock_ms() };
	return (struct progress){ tell, s };
}
