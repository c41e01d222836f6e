#include "plugin/progress.h"

#include "base/clock.h"
#include "plugin/say.h"

/* Milliseconds until the first line, and between two of them, in a log and on a terminal. */
enum { PATIENCE = 1000, PAUSE_LOG = 2000, PAUSE_TERMINAL = 100 };

struct progress_line {
	const struct app *app;
	int64_t begin, last; /* in milliseconds; last: of the last line, 0: none yet */
	bool drawn;          /* the terminal shows a line that has to be cleared */
};

/* Removes the line from the terminal. */
static void clear_line(struct progress_line *s)
{
	if (s->drawn)
		say_progress_end(s->app);
	s->drawn = false;
}

static void report_progress(void *ctx, const char *doing, size_t done, size_t all)
{
	struct progress_line *s = ctx;
	int64_t now = clock_ms();
	AUTO_STR struct str line = STR_INIT;

	if (!doing) {
		clear_line(s);
		return;
	}
	if (now - s->begin < PATIENCE ||
	    (s->last && now - s->last < (s->app->err_tty ? PAUSE_TERMINAL : PAUSE_LOG)))
		return;
	clear_line(s);
	if (done || all)
		str_addf(&line, ": %zu", done);
	if (all)
		str_addf(&line, " of %zu", all);
	say_progress(s->app, "progress: %s%s", doing, line.ptr);
	s->drawn = s->app->err_tty;
	s->last = now;
}

struct progress progress_shown(struct app *app)
{
	struct progress_line *s = arena_alloc(app->arena, sizeof(*s));

	*s = (struct progress_line){ .app = app, .begin = clock_ms() };
	return (struct progress){ report_progress, s };
}
