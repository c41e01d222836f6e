/*
 * Long work on stderr: silence in the first second, then lines now and then; on a terminal one
 * line, which goes again.
 */
#include "plugin/progress.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Tells for a bit more than a second, then once more, and ends. What was written, into `out`. */
static void tell_for_a_second(bool terminal, char *out, size_t size)
{
	struct app app = { .err = tmpfile(), .err_tty = terminal, .arena = arena_new() };
	struct progress p = progress_shown(&app);
	struct timespec second = { 1, 50000000 };
	size_t n;

	cr_assert_not_null(app.err);
	progress_report(&p, "counting", 1, 10);
	cr_expect_eq(ftell(app.err), 0, "nothing in the first second");
	(void)nanosleep(&second, NULL);
	progress_report(&p, "counting", 7, 10);
	progress_report(&p, "counting", 8, 10);
	progress_report(&p, NULL, 0, 0);
	progress_report(NULL, "counting", 9, 10);
	rewind(app.err);
	n = fread(out, 1, size - 1, app.err);
	out[n] = '\0';
	(void)fclose(app.err);
	arena_free(app.arena);
}

Test(progress, lines_in_a_log)
{
	char text[256];

	tell_for_a_second(false, text, sizeof(text));
	cr_expect_str_eq(text, "progress: counting: 7 of 10\n");
}

Test(progress, one_line_on_a_terminal)
{
	char text[256];

	tell_for_a_second(true, text, sizeof(text));
	cr_expect_str_eq(text, "progress: counting: 7 of 10\r\r\033[K");
}
