#include "tests/unit/plugin/sample.h"

#include "base/alloc.h"
#include "plugin/command_line.h"
#include "plugin/commands.h"
#include "plugin/options.h"
#include "plugin/options_check.h"

#include <stdlib.h>

#define WORDS(...)                                                                                 \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

/* The sample with its lists as text, so that a row of a table can say what is expected. */
static void shown(const struct app *app, const struct sample *s, struct str *out)
{
	str_addf(out, "o%d", s->common.output);
	if (s->from.host.ptr)
		str_addf(out, " from=%" SLICE_FMT, SLICE_ARG(s->from.host));
	if (s->from.port)
		str_addf(out, " port=%ld", s->from.port);
	str_addf(out, " %ld%s%s m%d", s->percent, s->all ? " all" : "", s->hidden ? " hidden" : "",
		 s->mode);
	for (size_t i = 0; i < s->stages.n; i++)
		str_addf(out, " s:%" SLICE_FMT, SLICE_ARG(s->stages.items[i]));
	for (size_t i = 0; i < s->allow.n; i++)
		str_addf(out, " %" SLICE_FMT "=>%" SLICE_FMT, SLICE_ARG(s->allow.items[i].key),
			 SLICE_ARG(s->allow.items[i].value));
	if (s->verb.ptr)
		str_addf(out, " verb=%" SLICE_FMT, SLICE_ARG(s->verb));
	for (size_t i = 0; i < app->args.n; i++)
		str_addf(out, " [%" SLICE_FMT "]", SLICE_ARG(app->args.items[i]));
}

/* Parses the words for the sample command. */
static int parse_sample(struct stage_app *s, const char *const *argv, struct sample *sample,
			bool *help, struct err *err)
{
	int result;

	*sample = (struct sample){ .percent = 10 };
	result = options_parse(&s->app, words_slices(s, argv), sample, err);
	*help = result > 0;
	return result < 0 ? -1 : 0;
}

Test(options, forms)
{
	static const struct {
		const char *name;
		const char *argv[12];
		const char *expected;
	} rows[] = {
		{ "word only", WORDS("web"), "o0 10 m0 [web]" },
		{ "value behind", WORDS("web", "--from", "a.b"), "o0 from=a.b 10 m0 [web]" },
		{ "value with =", WORDS("--from=a=b", "web"), "o0 from=a=b 10 m0 [web]" },
		{ "letter, value behind", WORDS("-p", "7", "web"), "o0 7 m0 [web]" },
		{ "letter with value", WORDS("-p7", "web"), "o0 7 m0 [web]" },
		{ "letter with =", WORDS("-p=7", "web"), "o0 7 m0 [web]" },
		{ "limits", WORDS("-p0", "--from-port=65535", "web"), "o0 port=65535 0 m0 [web]" },
		{ "cluster", WORDS("-Ay", "web"), "o0 10 all hidden m0 [web]" },
		{ "cluster with value", WORDS("-yAp3", "web"), "o0 3 all hidden m0 [web]" },
		{ "cluster, value behind", WORDS("-Am", "pull-request", "web"),
		  "o0 10 all m1 [web]" },
		{ "bool true", WORDS("--all=true", "web"), "o0 10 all m0 [web]" },
		{ "bool false", WORDS("--all", "--all=false", "web"), "o0 10 m0 [web]" },
		{ "bool letter with =", WORDS("-A=true", "web"), "o0 10 all m0 [web]" },
		{ "bool takes no word", WORDS("-A", "false"), "o0 10 all m0 [false]" },
		{ "last counts", WORDS("--from=a", "--from=b", "web"), "o0 from=b 10 m0 [web]" },
		{ "list adds up", WORDS("-s", "mirror,10", "web", "--stages=100"),
		  "o0 10 m0 s:mirror s:10 s:100 [web]" },
		{ "pairs", WORDS("--allow", "A=x,y=z", "--allow=B=", "web"),
		  "o0 10 m0 A=>x,y=z B=> [web]" },
		{ "pair again", WORDS("--allow", "A=x", "--allow=A=y", "web"),
		  "o0 10 m0 A=>y [web]" },
		{ "choice of text", WORDS("--verb=head", "web"), "o0 10 m0 verb=head [web]" },
		{ "output", WORDS("-o=json", "web"), "o2 10 m0 [web]" },
		{ "output wide", WORDS("-owide", "web"), "o1 10 m0 [web]" },
		{ "end of options", WORDS("--", "-p", "--help", "--"),
		  "o0 10 m0 [-p] [--help] [--]" },
		{ "stdin is a word", WORDS("-"), "o0 10 m0 [-]" },
		{ "stdin as value", WORDS("--from", "-", "web"), "o0 from=- 10 m0 [web]" },
		{ "unknown dash word as value", WORDS("--from", "-5", "web"),
		  "o0 from=-5 10 m0 [web]" },
		{ "meant option as value", WORDS("--from=--all", "web"),
		  "o0 from=--all 10 m0 [web]" },
		{ "multi-byte", WORDS("--from", "b\xc3\xbc", "\xe2\x82\xac"),
		  "o0 from=b\xc3\xbc 10 m0 [\xe2\x82\xac]" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct stage_app s;
		struct sample sample;
		struct err err = ERR_INIT;
		bool help = false;

		stage_open(&s);
		cr_assert_eq(parse_sample(&s, rows[i].argv, &sample, &help, &err), 0, "%s: %s",
			     rows[i].name, err.reason);
		shown(&s.app, &sample, &text);
		cr_assert_str_eq(text.ptr, rows[i].expected, "%s: %s", rows[i].name, text.ptr);
		cr_assert(!help && !err.code, "%s", rows[i].name);
		cr_assert_eq((int)s.app.output, sample.common.output, "%s", rows[i].name);
		stage_close(&s);
	}
}

Test(options, refused)
{
	static const struct {
		const char *name;
		const char *argv[8];
		const char *reason;
	} rows[] = {
		{ "unknown", WORDS("web", "--zzz"), "unknown option '--zzz'" },
		{ "near", WORDS("web", "--form=x"),
		  "unknown option '--form', did you mean '--from'?" },
		{ "swapped", WORDS("web", "--precent", "3"),
		  "unknown option '--precent', did you mean '--percent'?" },
		{ "near help", WORDS("web", "--hepl"),
		  "unknown option '--hepl', did you mean '--help'?" },
		{ "no abbreviation", WORDS("web", "--stage", "x"),
		  "unknown option '--stage', did you mean '--stages'?" },
		{ "hidden is not suggested", WORDS("web", "--hidden-flax"),
		  "unknown option '--hidden-flax'" },
		{ "unknown letter", WORDS("web", "-z"), "unknown option '-z'" },
		{ "unknown letter in cluster", WORDS("web", "-Az"),
		  "unknown option '-z' in '-Az'" },
		{ "one dash", WORDS("web", "-from=x"),
		  "unknown option '-f' in '-from=x', did you mean '--from'?" },
		{ "letter not ASCII", WORDS("web", "-\xc3\xbc"), "unknown option '-\xc3\xbc'" },
		{ "no value", WORDS("web", "--from"),
		  "option '--from' requires a value: --from=HOST" },
		{ "no value of letter", WORDS("web", "-p"),
		  "option '--percent' requires a value: --percent=NUMBER" },
		{ "option as value", WORDS("--from", "--all", "web"),
		  "option '--from' requires a value, and '--all' is an option; to pass it as the "
		  "value, use --from=--all" },
		{ "letter as value", WORDS("--from", "-p3"),
		  "option '--from' requires a value, and '-p3' is an option; to pass it as the "
		  "value, use --from=-p3" },
		{ "end as value", WORDS("--from", "--", "web"),
		  "option '--from' requires a value, and '--' is an option; to pass it as the "
		  "value, use --from=--" },
		{ "empty", WORDS("web", "--from="), "option '--from' has an empty value" },
		{ "empty word", WORDS("web", "--from", ""), "option '--from' has an empty value" },
		{ "empty letter", WORDS("web", "-p="), "option '--percent' has an empty value" },
		{ "empty bool", WORDS("web", "--all="), "option '--all' has an empty value" },
		{ "not a number", WORDS("web", "-p", "7x"),
		  "option '--percent': '7x' is not a whole number from 0 to 100" },
		{ "too large", WORDS("web", "-p101"),
		  "option '--percent': '101' is not a whole number from 0 to 100" },
		{ "far too large", WORDS("web", "-p99999999999999999999"),
		  "option '--percent': '99999999999999999999' is not a whole number from 0 to "
		  "100" },
		{ "negative", WORDS("web", "--from-port", "-1"),
		  "option '--from-port': '-1' is not a whole number from 1 to 65535" },
		{ "not a bool", WORDS("web", "--all=yes"),
		  "option '--all': 'yes' is neither true nor false" },
		{ "choice", WORDS("web", "-m", "x"),
		  "option '--mode': 'x' is not one of direct, pull-request" },
		{ "near choice", WORDS("web", "-m", "pull-requests"),
		  "option '--mode': 'pull-requests' is not one of direct, pull-request, did you "
		  "mean "
		  "'pull-request'?" },
		{ "choice in capitals", WORDS("web", "-m", "Direct"),
		  "option '--mode': 'Direct' is not one of direct, pull-request, did you mean "
		  "'direct'?" },
		{ "choice of text", WORDS("web", "--verb=post"),
		  "option '--verb': 'post' is not one of get, head" },
		{ "output", WORDS("web", "-o", "x"),
		  "unable to match a printer suitable for the output format \"x\", allowed formats "
		  "are: json,name,wide,yaml" },
		{ "empty item", WORDS("web", "-s", "a,,b"),
		  "option '--stages': 'a,,b' is a list with an empty item" },
		{ "comma at the end", WORDS("web", "-sa,"),
		  "option '--stages': 'a,' is a list with an empty item" },
		{ "no pair", WORDS("web", "--allow", "A"),
		  "option '--allow': 'A' is not CODE=REASON" },
		{ "no key", WORDS("web", "--allow==x"),
		  "option '--allow': '=x' is not CODE=REASON" },
		{ "too few", WORDS("-A"), "the argument NAME... is missing" },
		{ "too many", WORDS("a", "b", "c", "d"),
		  "unexpected argument 'd': the command takes only NAME..." },
		{ "empty argument", WORDS("a", ""), "argument 2 is empty" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct stage_app s;
		struct sample sample;
		struct err err = ERR_INIT;
		bool help = false;

		stage_open(&s);
		cr_assert_eq(parse_sample(&s, rows[i].argv, &sample, &help, &err), -1, "%s",
			     rows[i].name);
		cr_assert_str_eq(err.reason, rows[i].reason, "%s: %s", rows[i].name, err.reason);
		cr_assert(err.code == &CODE_usage && !help, "%s", rows[i].name);
		err_format(&err, &text);
		assert_has(rows[i].name, text.ptr,
			   "; see 'kubectl gcpbackend migrate sample --help' for usage [GCB0001]");
		stage_close(&s);
	}
}

Test(options, help_wins)
{
	static const struct {
		const char *name;
		const char *argv[8];
		bool help;
	} rows[] = {
		{ "alone", WORDS("--help"), true },
		{ "letter", WORDS("-h"), true },
		{ "in a cluster", WORDS("-Ah"), true },
		{ "behind words", WORDS("a", "b", "c", "d", "-h"), true },
		{ "behind a mistake", WORDS("--zzz", "--help"), true },
		{ "before a mistake", WORDS("--help", "--zzz"), true },
		{ "behind the end", WORDS("--zzz", "--", "--help"), false },
		{ "as a value", WORDS("web", "--from", "--help"), true },
		{ "as a meant value", WORDS("web", "--from=--help"), false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stage_app s;
		struct sample sample;
		struct err err = ERR_INIT;
		bool help = false;

		stage_open(&s);
		(void)parse_sample(&s, rows[i].argv, &sample, &help, &err);
		cr_assert_eq(help, rows[i].help, "%s", rows[i].name);
		cr_assert(!help || !err.code, "%s: %s", rows[i].name, err.reason);
		stage_close(&s);
	}
}

/* A text of `n` bytes behind `head`, on the heap. */
static char *long_text(const char *head, char c, size_t n)
{
	size_t len = strlen(head);
	char *text = xzalloc(len + n + 1);

	memcpy(text, head, len);
	memset(text + len, c, n);
	return text;
}

Test(options, hostile_values)
{
	enum { MEGA = 1 << 20 };
	AUTO_FREE char *host = long_text("--from=", 'x', MEGA),
		       *number = long_text("-p", '9', MEGA), *flag = long_text("--", 'f', MEGA),
		       *euro = long_text("-m\xe2\x82\xac", '\xe2', MEGA),
		       *list = long_text("-sa", ',', 0), *letters = long_text("-", 'A', MEGA);
	const char *good[] = { host, list, letters, "web", NULL };
	const char *bad[][3] = { { number, "web", NULL },
				 { flag, "web", NULL },
				 { euro, "web", NULL },
				 { "--\x1b[31m\n\t\xff", "web", NULL } };
	struct stage_app s;
	struct sample sample;
	struct err err = ERR_INIT;
	bool help = false;

	stage_open(&s);
	cr_assert_eq(parse_sample(&s, good, &sample, &help, &err), 0, "%s", err.reason);
	cr_assert_eq(sample.from.host.len, MEGA);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO_STR struct str text = STR_INIT;

		err = (struct err)ERR_INIT;
		cr_assert_eq(parse_sample(&s, bad[i], &sample, &help, &err), -1);
		err_format(&err, &text);
		cr_assert(text.len < 400 && !memchr(text.ptr, 0x1b, text.len) &&
				  !memchr(text.ptr, '\n', text.len),
			  "%s", text.ptr);
		assert_has("remedy", text.ptr, "for usage");
	}
	stage_close(&s);
}

Test(options, long_lists)
{
	enum { N = 3000 };
	static const char *argv[N + 2];
	struct stage_app s;
	struct sample sample;
	struct err err = ERR_INIT;
	bool help = false;

	for (size_t i = 0; i < N; i++)
		argv[i] = i % 2 ? "-sa,b,c" : "--allow=k=v";
	argv[N] = "web";
	stage_open(&s);
	cr_assert_eq(parse_sample(&s, argv, &sample, &help, &err), 0, "%s", err.reason);
	cr_assert_eq(sample.stages.n, N / 2 * 3);
	for (size_t i = 0; i < sample.stages.n; i++)
		cr_assert(sample.stages.items[i].ptr[0] == "abc"[i % 3]);
	cr_assert_eq(sample.allow.n, 1);
	stage_close(&s);
}

Test(options, list_replaces_default)
{
	struct slice defaults[] = { SLICE_INIT("x"), SLICE_INIT("y") };
	const char *argv[] = WORDS("web", "-sa", "-sb");
	struct sample sample = { .stages = { defaults, 2 } };
	struct err err = ERR_INIT;
	struct stage_app s;

	stage_open(&s);
	cr_assert_eq(options_parse(&s.app, words_slices(&s, argv), &sample, &err), 0);
	cr_assert(sample.stages.n == 2 && slice_is(sample.stages.items[0], "a") &&
		  slice_is(sample.stages.items[1], "b"));
	cr_assert(slice_is(defaults[0], "x"));
	stage_close(&s);
}

Test(options, own_refusal)
{
	struct err err = ERR_INIT;
	struct stage_app s;

	stage_open(&s);
	cr_assert_eq(command_refuse(&s.app, &err, "--all and %s", "NAME"), -1);
	cr_assert_str_eq(err.reason, "--all and NAME");
	cr_assert_str_eq(err.remedy, "see 'kubectl gcpbackend migrate sample --help' for usage");
	stage_close(&s);
}

Test(options, tables_are_checked)
{
	static const char *const none[] = { NULL };
	static const struct {
		const char *name;
		struct field field;
		const char *reason;
	} rows[] = {
		{ "good", { .kind = VALUE_BOOL, .flag = "good-one2", .help = "Help" }, NULL },
		{ "capital", { .kind = VALUE_BOOL, .flag = "Bad", .help = "Help" }, "hyphens" },
		{ "two hyphens",
		  { .kind = VALUE_BOOL, .flag = "a--b", .help = "Help" },
		  "hyphens" },
		{ "one letter", { .kind = VALUE_BOOL, .flag = "a", .help = "Help" }, "hyphens" },
		{ "full stop",
		  { .kind = VALUE_BOOL, .flag = "good", .help = "Help." },
		  "sentence" },
		{ "no help", { .kind = VALUE_BOOL, .flag = "good" }, "sentence" },
		{ "lower case help",
		  { .kind = VALUE_BOOL, .flag = "good", .help = "help" },
		  "sentence" },
		{ "line end",
		  { .kind = VALUE_BOOL, .flag = "good", .help = "He\nlp" },
		  "sentence" },
		{ "help", { .kind = VALUE_BOOL, .flag = "help", .help = "Help" }, "reserved" },
		{ "h",
		  { .kind = VALUE_BOOL, .flag = "good", .letter = 'h', .help = "Help" },
		  "reserved" },
		{ "digit",
		  { .kind = VALUE_BOOL, .flag = "good", .letter = '1', .help = "Help" },
		  "letter" },
		{ "flag twice", { .kind = VALUE_BOOL, .flag = "output", .help = "Help" }, "twice" },
		{ "letter twice",
		  { .kind = VALUE_BOOL, .flag = "good", .letter = 'o', .help = "Help" },
		  "same short name" },
		{ "bool with arg",
		  { .kind = VALUE_BOOL, .flag = "good", .arg = "X", .help = "Help" },
		  "arg" },
		{ "text without arg",
		  { .kind = VALUE_STRING, .flag = "good", .help = "Help" },
		  "arg" },
		{ "no limits",
		  { .kind = VALUE_INT, .flag = "good", .arg = "N", .help = "Help" },
		  "limits" },
		{ "no choices",
		  { .kind = VALUE_ENUM,
		    .flag = "good",
		    .arg = "N",
		    .help = "Help",
		    .choices = none },
		  "choices" },
		{ "pairs",
		  { .kind = VALUE_PAIRS, .flag = "good", .arg = "N", .help = "Help" },
		  "KEY=VALUE" },
		{ "rows",
		  { .kind = VALUE_ROWS, .flag = "good", .arg = "N", .help = "Help" },
		  "kind" },
		{ "record",
		  { .kind = VALUE_RECORD,
		    .flag = "good",
		    .of = &sample_part_record,
		    .help = "Help" },
		  "kind" },
		{ "outside",
		  { .kind = VALUE_BOOL, .offset = 64, .flag = "good", .help = "Help" },
		  "outside" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct field two[] = { rows[i].field, { 0 } };
		const struct record record = { NULL, 64, two };
		const struct record *const list[] = { &output_options, &record, NULL };
		const struct command cmd = { .name = "x",
					     .summary = "Do it",
					     .about = "Do it.",
					     .options = list,
					     .context_size = 64 };
		struct err err = ERR_INIT;

		cr_assert_eq(options_check(&cmd, &err), rows[i].reason ? -1 : 0, "%s: %s",
			     rows[i].name, err.reason);
		if (rows[i].reason)
			assert_has(rows[i].name, err.reason, rows[i].reason);
	}
}

/* A default that is not one of the choices. */
static int bad_default(void *context)
{
	struct sample *s = context;

	s->mode = 2;
	return 0;
}

Test(options, defaults_are_checked)
{
	struct command cmd = sample_command;
	struct err err = ERR_INIT;

	cmd.init = bad_default;
	cr_assert_eq(options_check(&cmd, &err), -1);
	assert_has("default", err.reason, "--mode: the default is not one of the choices");
}

/* A context whose struct common is not at its begin. */
struct deep {
	long first;
	struct common common;
};

Test(options, output_of_another_place)
{
	static const struct field fields[] = {
		{ .kind = VALUE_RECORD,
		  .offset = offsetof(struct deep, common),
		  .of = &output_options },
		{ 0 },
	};
	static const struct record record = { NULL, sizeof(struct deep), fields };
	static const struct record *const list[] = { &record, NULL };
	const struct command cmd = { .name = "x",
				     .summary = "Do it",
				     .about = "Do it.",
				     .options = list,
				     .context_size = sizeof(struct deep) };
	const char *argv[] = WORDS("-oyaml");
	struct deep deep = { 0 };
	struct err err = ERR_INIT;
	struct stage_app s;

	stage_open(&s);
	cr_assert_eq(options_check(&cmd, &err), 0, "%s", err.reason);
	s.app.command = &cmd;
	cr_assert_eq(options_parse(&s.app, words_slices(&s, argv), &deep, &err), 0, "%s",
		     err.reason);
	cr_assert(s.app.output == OUTPUT_YAML && deep.common.output == OUTPUT_YAML && !deep.first);
	stage_close(&s);
}

Test(options, own_tables_hold)
{
	const struct command *const own[] = { &sample_command, &cmd_help, &cmd_version };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		cr_assert_eq(options_check(own[i], &err), 0, "%s", err.reason);
}
