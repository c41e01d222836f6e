/*
 * Codes, errors and findings.
 */
#include "base/finding.h"

#include <ctype.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * Is `text` a phrase as the rules for messages want it: no capital at the start but of a name, no
 * full stop, no blanks at the ends?
 */
static bool is_phrase(const char *text)
{
	size_t len = strlen(text);

	if (!len || text[len - 1] == '.' || text[len - 1] == '\n' ||
	    isspace((unsigned char)text[0]) || text[len - 1] == ' ')
		return false;
	/*
	 * "Git failed", "TLS of ...", "GCPBackend is ..." begin with a name; a common word in
	 * capitals does not.
	 */
	return !isupper((unsigned char)text[0]) || isupper((unsigned char)text[1]) ||
	       !strncmp(text, "Git ", 4) || !strncmp(text, "Istio ", 6);
}

Test(err, codes_have_unique_sorted_ids)
{
	cr_assert_gt(ncodes, 0);
	for (size_t i = 0; i < ncodes; i++) {
		const char *id = codes[i]->id;

		cr_expect_eq(strlen(id), 7, "%s", id);
		cr_expect_eq(strspn(id + 3, "0123456789"), 4, "%s", id);
		cr_expect_eq(strncmp(id, "GCB", 3), 0, "%s", id);
		cr_expect(i == 0 || strcmp(codes[i - 1]->id, id) < 0, "%s is not behind %s", id,
			  i ? codes[i - 1]->id : "");
	}
}

Test(err, code_texts_follow_the_rules)
{
	for (size_t i = 0; i < ncodes; i++) {
		const struct code *c = codes[i];

		cr_expect(is_phrase(c->title), "%s: title '%s'", c->id, c->title);
		cr_expect(!c->remedy[0] || is_phrase(c->remedy), "%s: remedy '%s'", c->id,
			  c->remedy);
		cr_expect_lt(strlen(c->remedy), sizeof(((struct err *)0)->remedy),
			     "%s: the remedy is too long", c->id);
		for (size_t j = 0; j < i; j++)
			cr_expect_str_neq(c->title, codes[j]->title, "%s and %s have one title",
					  c->id, codes[j]->id);
	}
}

Test(err, every_code_is_explained)
{
	for (size_t i = 0; i < ncodes; i++) {
		const struct code *c = codes[i];
		size_t len = strlen(c->explain), sentences = 0;

		for (const char *p = c->explain; (p = strchr(p, '.')); p++)
			sentences += p[1] == ' ' || !p[1];
		cr_expect(len > 40 && c->explain[len - 1] == '.',
			  "%s has no explanation in sentences", c->id);
		cr_expect(sentences >= 2 && sentences <= 6, "%s: %zu sentences", c->id, sentences);
		cr_expect_null(strstr(c->explain, "  "), "%s: two blanks", c->id);
	}
}

Test(err, the_same_finding_is_taken_once)
{
	struct findings all = { .arena = arena_new() };
	struct finding row = { .code = &CODE_io, .at = { SLICE("a"), 1, 2 }, .reason = SLICE("r") };

	cr_expect(findings_add_new(&all, &row));
	cr_expect_not(findings_add_new(&all, &row));
	row.at.line = 2;
	cr_expect(findings_add_new(&all, &row));
	row.reason = SLICE("s");
	cr_expect(findings_add_new(&all, &row));
	row.code = &CODE_usage;
	cr_expect(findings_add_new(&all, &row));
	cr_expect_eq(all.n, 4);
	cr_expect_null(all.items[0].remedy.ptr);
	arena_free(all.arena);
}

Test(err, codes_are_consistent)
{
	for (size_t i = 0; i < ncodes; i++) {
		const struct code *c = codes[i];

		cr_expect(c->severity == SEVERITY_ERROR ? c->exit != EXIT_OK : c->exit == EXIT_OK,
			  "%s: severity and exit code", c->id);
		cr_expect(!c->allow || (c->severity == SEVERITY_ERROR && c->exit == EXIT_REFUSED),
			  "%s: only a refusal can be allowed", c->id);
	}
}

Test(err, code_find)
{
	for (size_t i = 0; i < ncodes; i++)
		cr_expect_eq(code_find(slice_of(codes[i]->id)), codes[i], "%s", codes[i]->id);
	cr_expect_eq(code_find(SLICE("GCB0001")), &CODE_usage);
	cr_expect_null(code_find(SLICE("GCB9999")));
	cr_expect_null(code_find(SLICE("GCB000")));
	cr_expect_null(code_find(SLICE("gcb0001")));
	cr_expect_null(code_find(SLICE_NONE));
}

Test(err, severity_words)
{
	cr_expect_str_eq(severity_word(SEVERITY_ERROR), "error");
	cr_expect_str_eq(severity_word(SEVERITY_WARNING), "warning");
	cr_expect_str_eq(severity_word(SEVERITY_INFO), "info");
}

/* Compares an error's line. */
static void expect_line(const struct err *err, const char *line)
{
	AUTO_STR struct str s = STR_INIT;

	err_format(err, &s);
	cr_expect_str_eq(s.ptr, line, "'%s'", s.ptr);
}

Test(err, format)
{
	static const struct {
		struct place at;
		const char *line;
	} rows[] = {
		{ { SLICE_INIT("a.yaml"), 3, 7 }, "a.yaml:3:7: bad 'x' [GCB0001]" },
		{ { SLICE_INIT("a.yaml"), 3, 0 }, "a.yaml:3: bad 'x' [GCB0001]" },
		{ { SLICE_INIT("a.yaml"), 0, 0 }, "a.yaml: bad 'x' [GCB0001]" },
		{ { SLICE_INIT("a.yaml"), 0, 7 }, "a.yaml: bad 'x' [GCB0001]" },
		{ { { NULL, 0 }, 3, 7 }, "bad 'x' [GCB0001]" },
		{ { SLICE_INIT("a\x1b[1m"), 1, 1 }, "a^[[1m:1:1: bad 'x' [GCB0001]" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = ERR_INIT;

		cr_expect_eq(err_set(&err, &CODE_usage, rows[i].at, "bad '%s'", "x"), -1);
		expect_line(&err, rows[i].line);
	}
}

Test(err, format_cannot_steer_a_terminal)
{
	struct err err = ERR_INIT;

	(void)err_set(&err, &CODE_usage, NOWHERE, "a\nb\x1b]0;x\a");
	(void)err_remedy(&err, "say\rthis");
	expect_line(&err, "a\\x0ab^[]0;x\\x07; say\\x0dthis [GCB0001]");
}

Test(err, remedy_of_the_code_or_a_better_one)
{
	struct err err = ERR_INIT;

	(void)err_set(&err, &CODE_not_confirmed, NOWHERE, "no answer");
	expect_line(&err, "no answer; confirm with --yes [GCB0004]");
	cr_expect_eq(err_remedy(&err, "say '%s'", "yes"), -1);
	expect_line(&err, "no answer; say 'yes' [GCB0004]");
}

Test(err, os_adds_the_reason_of_the_system)
{
	struct err err = ERR_INIT;

	errno = ENOENT;
	cr_expect_eq(err_os(&err, &CODE_io, place_of("f"), "cannot open"), -1);
	cr_expect_eq(err.os_errno, ENOENT);
	expect_line(&err, "f: cannot open: No such file or directory [GCB0002]");
}

Test(err, wrap_puts_context_in_front)
{
	struct err err = ERR_INIT;

	(void)err_set(&err, &CODE_io, place_of("f"), "inner");
	cr_expect_eq(err_wrap(&err, "middle %d", 2), -1);
	cr_expect_eq(err_wrap(&err, "outer"), -1);
	expect_line(&err, "f: outer: middle 2: inner [GCB0002]");
}

Test(err, too_long_texts_are_cut)
{
	char text[2000];
	struct err err = ERR_INIT;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	text[sizeof(text) - 2] = 'e';
	(void)err_set(&err, &CODE_io, place_of(text), "%s", text);
	cr_expect_eq(strlen(err.path), sizeof(err.path) - 1);
	cr_expect_eq(err.path[sizeof(err.path) - 2], 'e', "a path keeps its end");
	cr_expect_eq(strlen(err.reason), sizeof(err.reason) - 1);
	(void)err_wrap(&err, "%s", text);
	cr_expect_eq(strlen(err.reason), sizeof(err.reason) - 1);
	(void)err_remedy(&err, "%s", text);
	cr_expect_eq(strlen(err.remedy), sizeof(err.remedy) - 1);
	errno = EIO;
	(void)err_os(&err, &CODE_io, NOWHERE, "%s", text);
	cr_expect_eq(strlen(err.reason), sizeof(err.reason) - 1);
}

Test(err, a_new_error_forgets_the_old_one)
{
	struct err err = ERR_INIT;

	errno = EIO;
	(void)err_os(&err, &CODE_io, (struct place){ SLICE("f"), 1, 2 }, "a");
	(void)err_remedy(&err, "b");
	(void)err_set(&err, &CODE_usage, NOWHERE, "c");
	cr_expect_eq(err.os_errno, 0);
	expect_line(&err, "c [GCB0001]");
}

Test(findings, texts_are_copied_and_order_kept)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct findings f = { .arena = a };

	for (int i = 0; i < 100; i++) {
		char path[16];

		(void)snprintf(path, sizeof(path), "f%d", i);
		findings_add(&f, &CODE_rounded, place_of(path), "number %d", i)->remedy =
			i % 2 ? SLICE("round") : slice_of(NULL);
	}
	cr_assert_eq(f.n, 100);
	for (int i = 0; i < 100; i++) {
		AUTO_STR struct str s = STR_INIT, want = STR_INIT;

		finding_format(&f.items[i], &s);
		str_addf(&want, "f%d: number %d%s [%s]", i, i, i % 2 ? "; round" : "",
			 CODE_rounded.id);
		cr_expect_str_eq(s.ptr, want.ptr, "'%s'", s.ptr);
	}
}

Test(findings, stop_is_the_first_error_that_is_not_allowed)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct findings f = { .arena = a };

	cr_expect_null(findings_stop(&f));
	findings_add(&f, &CODE_rounded, NOWHERE, "info");
	findings_add(&f, &CODE_mirror_own, NOWHERE, "warning");
	cr_expect_null(findings_stop(&f));
	findings_add(&f, &CODE_no_backend, NOWHERE, "allowed")->allowed = true;
	cr_expect_null(findings_stop(&f));
	findings_add(&f, &CODE_tls_lost, NOWHERE, "stop");
	findings_add(&f, &CODE_not_http, NOWHERE, "later");
	cr_assert_not_null(findings_stop(&f));
	cr_expect(slice_is(findings_stop(&f)->reason, "stop"));
}

Test(findings, an_error_goes_to_a_finding_and_back)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct findings f = { .arena = a };
	struct err err = ERR_INIT, back = ERR_INIT;
	AUTO_STR struct str one = STR_INIT, two = STR_INIT;

	(void)err_set(&err, &CODE_yaml_alias, (struct place){ SLICE("f.yaml"), 4, 5 }, "an alias");
	(void)err_remedy(&err, "write it out");
	finding_format(findings_add_err(&f, &err), &one);
	cr_expect_eq(err_from_finding(&back, &f.items[0]), -1);
	err_format(&back, &two);
	cr_expect_str_eq(one.ptr, "f.yaml:4:5: an alias; write it out [GCB2006]");
	cr_expect_str_eq(two.ptr, one.ptr);
}

Test(findings, without_a_remedy_of_its_own_the_code_speaks)
{
	AUTO_ARENA struct arena *a = arena_new();
	struct findings f = { .arena = a };
	AUTO_STR struct str s = STR_INIT;

	finding_format(findings_add(&f, &CODE_yaml_alias, place_of("f"), "an alias"), &s);
	cr_expect_str_eq(s.ptr,
			 "f: an alias; write the value explicitly where it is used [GCB2006]",
			 "'%s'", s.ptr);
}
