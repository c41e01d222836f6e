#include "tests/unit/plugin/sample.h"

#include "base/utf8.h"
#include "plugin/commands.h"
#include "plugin/help.h"

static const struct command *const table[] = { &group_program, &group_migrate, &sample_command,
					       &cmd_help,      &cmd_version,   NULL };

Test(help, command_as_kubectl_lays_it_out)
{
	AUTO_STR struct str text = STR_INIT;
	struct stage_app s;

	stage_open(&s);
	help_command(&s.app, &sample_command, 80, &text);
	cr_assert_str_eq(
		text.ptr,
		"Show every kind of value, in a paragraph that is long enough to be wrapped once,\n"
		"since it has more than eighty columns.\n"
		"\n"
		"Another one.\n"
		"  an indented line stays  as it is\n"
		"\n"
		"Examples:\n"
		"  # Do it\n"
		"  kubectl gcpbackend migrate sample web\n"
		"\n"
		"  # Again\n"
		"  kubectl gcpbackend migrate sample web -A\n"
		"\n"
		"Options:\n"
		"    -A, --all=false:\n"
		"\tTake all.\n"
		"\n"
		"    --allow=CODE=REASON:\n"
		"\tFindings that are accepted. Can be repeated.\n"
		"\n"
		"    --from=HOST:\n"
		"\tThe old host.\n"
		"\n"
		"    --from-port=PORT:\n"
		"\tThe port of the old host. Must be from 1 to 65535.\n"
		"\n"
		"    -m, --mode=direct:\n"
		"\tHow it is committed. One of: (direct, pull-request).\n"
		"\n"
		"    --name=NAME:\n"
		"\tWhat it is called.\n"
		"\n"
		"    -o, --output=table:\n"
		"\tOutput format. One of: (table, wide, json, yaml, name).\n"
		"\n"
		"    -p, --percent=10:\n"
		"\tThe share of requests, which is a rather long story that has to be told\n"
		"\tin more than a single line of help. Must be from 0 to 100.\n"
		"\n"
		"    -s, --stages=STAGE:\n"
		"\tThe stages. Can be repeated or comma-separated.\n"
		"\n"
		"    --verb=VERB:\n"
		"\tWhat is done. One of: (get, head).\n"
		"\n"
		"Usage:\n"
		"  kubectl gcpbackend migrate sample NAME... [options]\n");
	stage_close(&s);
}

Test(help, lines_fit)
{
	static const struct {
		const char *name;
		size_t columns, width;
	} rows[] = { { "no terminal", 0, 80 }, { "narrow", 40, 80 }, { "99", 99, 80 },
		     { "100", 100, 100 },      { "119", 119, 100 },  { "wide", 400, 120 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STR struct str text = STR_INIT;
		struct slice rest, line;
		struct stage_app s;

		stage_open(&s);
		s.app.columns = rows[i].columns;
		cr_assert_eq(help_width(&s.app), rows[i].width, "%s", rows[i].name);
		help_command(&s.app, &sample_command, help_width(&s.app), &text);
		help_group(&s.app, table, NULL, &text);
		help_group(&s.app, table, "migrate", &text);
		rest = str_slice(&text);
		while (slice_next(&rest, '\n', &line)) {
			size_t tab = line.len && line.ptr[0] == '\t' ? 7 : 0;

			cr_assert(utf8_count(line) + tab <= rows[i].width, "%s: %" SLICE_FMT,
				  rows[i].name, SLICE_ARG(line));
			cr_assert(!line.len || line.ptr[line.len - 1] != ' ', "%s: %" SLICE_FMT,
				  rows[i].name, SLICE_ARG(line));
		}
		stage_close(&s);
	}
}

Test(help, groups)
{
	AUTO_STR struct str text = STR_INIT;
	const struct command *const bare[] = { &sample_command, NULL };
	struct stage_app s;

	stage_open(&s);
	help_group(&s.app, table, NULL, &text);
	assert_has("top", text.ptr,
		   "\nAvailable Commands:\n  migrate   Migrate services from ServiceEntry to "
		   "GCPBackend\n  help      Show help");
	assert_has("top", text.ptr, "\nExit Codes:\n  0     Success, or nothing to do\n");
	assert_has("top", text.ptr, "\nUsage:\n  kubectl gcpbackend COMMAND [options]\n");
	cr_assert(!strstr(text.ptr, "sample"));
	str_clear(&text);
	help_group(&s.app, table, "migrate", &text);
	assert_has("migrate", text.ptr,
		   "\nAvailable Commands:\n  sample   Show every kind of value\n\nUsage:\n");
	assert_has("migrate", text.ptr,
		   "Use \"kubectl gcpbackend migrate COMMAND --help\" for more information.");
	str_clear(&text);
	help_group(&s.app, bare, "migrate", &text);
	assert_has("no texts", text.ptr, "Commands of 'kubectl gcpbackend migrate'.\n");
	s.app.program = "a\nb\x1b[2J";
	help_group(&s.app, bare, "migrate", &text);
	assert_has("hostile name", text.ptr, "Commands of 'a\\x0ab^[[2J migrate'.\n");
	assert_has("hostile name", text.ptr,
		   "\nUsage:\n  a\\x0ab^[[2J migrate COMMAND [options]\n");
	assert_has("hostile name", text.ptr, "\nUse \"a\\x0ab^[[2J migrate COMMAND --help\"");
	stage_close(&s);
}

/* Defaults that the sample itself does not have. */
static int other_defaults(void *context)
{
	static struct slice stages[] = { SLICE_INIT("mirror"), SLICE_INIT("100") };
	struct sample *s = context;

	s->name = SLICE("it\x1b");
	s->all = true;
	s->mode = 1;
	s->stages = (struct slices){ stages, 2 };
	s->from.port = 80;
	s->common.output = OUTPUT_JSON;
	return 0;
}

Test(help, defaults_of_every_kind)
{
	static const char *const parts[] = {
		"--name='it^[':",  "--all=true:",    "--mode=pull-request:", "--stages=mirror,100:",
		"--from-port=80:", "--output=json:", "--percent=0:",         "--from=HOST:"
	};
	AUTO_STR struct str text = STR_INIT;
	struct command cmd = sample_command;
	struct stage_app s;

	stage_open(&s);
	cmd.init = other_defaults;
	help_command(&s.app, &cmd, 1, &text);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_has(parts[i], text.ptr, parts[i]);
	stage_close(&s);
}

Test(help, hidden_and_bare)
{
	const struct command cmd = {
		.name = "bare", .summary = "Do little", .about = "Do little.", .arg = ""
	};
	AUTO_STR struct str text = STR_INIT;
	struct stage_app s;

	stage_open(&s);
	help_command(&s.app, &cmd, 80, &text);
	cr_assert_str_eq(text.ptr, "Do little.\n\nUsage:\n  kubectl gcpbackend bare\n");
	str_clear(&text);
	help_command(&s.app, &sample_command, 80, &text);
	cr_assert(!strstr(text.ptr, "hidden-flag"));
	stage_close(&s);
}
