/*
 * The door for output: a message is one line that cannot steer a terminal, whatever it is made of.
 */
#include "plugin/say.h"

#include "tests/unit/plugin/sample.h"

#include <stdio.h>
#include <unistd.h>

#define HOSTILE                                                                                    \
	"a\nb\tc\r\x1b[2J\x7f\xc2\x9b"                                                             \
	"31m\xe2\x80\xae\xe2\x80\xa8\xe2\x80\x8b\xff"
#define SHOWN "a\\x0ab\\x09c\\x0d^[[2J\\x7f\\x9b31m\\u202e\\u2028\\u200b\\xff"
#define SHOWN_LINES "a\nb\tc\\x0d^[[2J\\x7f\\x9b31m\\u202e\\u2028\\u200b\\xff"

/* Every function that writes a message, with the hostile text as argument and in the format. */
static void write_all(const struct app *app)
{
	say_out(app, "%s!", HOSTILE);
	say_out(app, "x\ny%s", "");
	say_note(app, "%.*s!", (int)(sizeof(HOSTILE) - 1), HOSTILE);
	say_warning(app, "%s", HOSTILE);
	say_error(app, "%s", HOSTILE);
	say_line(app, SAY_OUT, "%s", HOSTILE);
	say_line(app, SAY_ERR, "%s", HOSTILE);
	say_question(app, "%s?", HOSTILE);
	say_progress(app, "%s", HOSTILE);
}

Test(say, messages_are_one_visible_line)
{
	struct stage_app s;

	stage_open(&s);
	write_all(&s.app);
	stage_flush(&s);
	cr_assert_str_eq(s.out, SHOWN "!\nx\\x0ay\n" SHOWN "\n");
	cr_assert_str_eq(s.err, SHOWN "!\nwarning: " SHOWN "\nerror: " SHOWN "\n" SHOWN "\n" SHOWN
				      "? [y/N] " SHOWN "\n");
	stage_close(&s);
}

Test(say, messages_hide_nothing_on_a_terminal)
{
	struct stage_app s;

	stage_open(&s);
	s.app.out_tty = s.app.err_tty = true;
	say_out(&s.app, "%s", HOSTILE);
	say_progress(&s.app, "%s", HOSTILE);
	say_progress_end(&s.app);
	stage_flush(&s);
	cr_assert_str_eq(s.out, SHOWN "\n");
	cr_assert_str_eq(s.err, SHOWN "\r\r\033[K");
	stage_close(&s);
}

Test(say, texts_keep_lines_and_tabs)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{ "", "" },
		{ "no line end", "no line end" },
		{ "NAME   HOST\nweb    web.example.com\n",
		  "NAME   HOST\nweb    web.example.com\n" },
		{ "b\xc3\xbc\n", "b\xc3\xbc\n" },
		{ "before " HOSTILE " behind\n", "before " SHOWN_LINES " behind\n" },
		{ HOSTILE, SHOWN_LINES },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int tty = 0; tty < 2; tty++) {
			struct stage_app s;

			stage_open(&s);
			s.app.out_tty = tty;
			say_text(&s.app, SAY_OUT, slice_of(rows[i].text));
			say_text(&s.app, SAY_ERR, slice_of(rows[i].text));
			stage_flush(&s);
			cr_assert_str_eq(s.out, rows[i].shown, "%zu", i);
			cr_assert_str_eq(s.err, rows[i].shown, "%zu", i);
			stage_close(&s);
		}
}

Test(say, bytes_are_kept_except_on_a_terminal)
{
	static const struct slice bytes = SLICE_INIT("a\0b\x1b[2J\r\n\xff");
	struct stage_app s;

	stage_open(&s);
	say_bytes(&s.app, bytes);
	stage_flush(&s);
	cr_assert(slice_eq((struct slice){ s.out, s.out_len }, bytes));
	stage_close(&s);

	stage_open(&s);
	s.app.out_tty = true;
	say_bytes(&s.app, bytes);
	stage_flush(&s);
	cr_assert_str_eq(s.out, "a\\x00b^[[2J\\x0d\n\\xff");
	stage_close(&s);
}

/* stdout has a buffer, stderr has none: what was written first is there first. */
Test(say, streams_keep_their_order)
{
	char text[64], buffer[4096];
	FILE *both = tmpfile();
	struct app app = { .err = both };
	size_t n;

	cr_assert_not_null(both);
	app.out = fdopen(dup(fileno(both)), "w");
	cr_assert_not_null(app.out);
	(void)setvbuf(app.out, buffer, _IOFBF, sizeof(buffer));
	(void)setvbuf(both, NULL, _IONBF, 0);
	say_out(&app, "first");
	say_note(&app, "second");
	say_out(&app, "third");
	say_note(&app, "fourth");
	(void)fclose(app.out);
	rewind(both);
	n = fread(text, 1, sizeof(text) - 1, both);
	text[n] = '\0';
	(void)fclose(both);
	cr_assert_str_eq(text, "first\nsecond\nthird\nfourth\n");
}
