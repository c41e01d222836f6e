/*
 * Other programs: how they end, their output, and that nothing of them remains. The programs are
 * scripts of the test.
 */
#include "base/process.h"

#include "base/clock.h"
#include "base/trace.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/gcb-process-XXXXXX";

static void enter(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	(void)alarm(60);
}

static void leave(void)
{
	char command[64];

	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

TestSuite(process, .init = enter, .fini = leave);

/* Writes a script. */
static void script(const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(name, "w");

	cr_assert_not_null(f);
	cr_assert(fputs(text, f) >= 0);
	cr_assert_eq(fclose(f), 0);
	cr_assert_eq(chmod(name, mode), 0);
}

/* How many descriptors are open. */
static size_t open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	cr_assert_not_null(dir);
	while (readdir(dir))
		n++;
	(void)closedir(dir);
	return n;
}

/*
 * Does the process whose number is in the file exist (a zombie that nobody waits for yet does
 * not count)?
 */
static bool alive(const char *file)
{
	char path[64], state = 'X';
	FILE *f = fopen(file, "r");
	int pid = 0;

	cr_assert_not_null(f);
	cr_assert_eq(fscanf(f, "%d", &pid), 1);
	(void)fclose(f);
	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f) {
		cr_assert_eq(fscanf(f, "%*d %*s %c", &state), 1);
		(void)fclose(f);
	}
	return state != 'X' && state != 'Z';
}

static const struct {
	const char *name, *text;
	mode_t mode;
	int exit_code;
	const struct code *code; /* NULL: it ends by itself */
	const char *out, *err;
} rows[] = {
	{ "nothing to say", "exit 0\n", 0700, 0, NULL, "", "" },
	{ "an exit code", "echo so; echo why >&2; exit 7\n", 0700, 7, NULL, "so\n", "why\n" },
	{ "a signal", "kill -KILL $$\n", 0700, 0, &CODE_program_failed, "", "" },
	{ "not executable", "exit 0\n", 0600, 0, &CODE_program_denied, "", "" },
	{ "no standard input", "cat; echo end\n", 0700, 0, NULL, "end\n", "" },
	{ "too long", "echo first; exec sleep 30\n", 0700, 0, &CODE_timed_out, "first\n", "" },
	{ "deaf to SIGTERM", "trap '' TERM; echo first; while :; do sleep 1; done\n", 0700, 0,
	  &CODE_timed_out, "first\n", "" },
	{ "streams closed, and on it goes", "exec >&- 2>&-; exec sleep 30\n", 0700, 0,
	  &CODE_timed_out, "", "" },
	{ "too much", "exec yes\n", 0700, 0, &CODE_too_large, NULL, "" },
	{ "more on standard error than is kept", "echo 123456789 >&2; echo x >&2; echo out\n", 0700,
	  0, NULL, "out\n", "123456789\n" },
	{ "the default signals", "trap '' TERM; kill -s PIPE $$; echo not reached\n", 0700, 0,
	  &CODE_program_failed, "", "" },
};

Test(process, ends)
{
	size_t before = open_files();

	(void)sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const argv[] = { "./program", NULL };
		struct process p = { .argv = argv,
				     .timeout_ms = 700,
				     .grace_ms = 200,
				     .out_max = 1000,
				     .err_max = 10 };
		AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
		char text[256];
		struct err err = ERR_INIT;
		int64_t start = clock_ms();
		int result;

		(void)snprintf(text, sizeof(text), "#!/bin/sh\n%s", rows[i].text);
		script("program", text, rows[i].mode);
		result = process_run(&p, &r, &err);
		cr_expect_eq(result, rows[i].code ? -1 : 0, "%s: %s", rows[i].name, err.reason);
		cr_expect_eq(err.code, rows[i].code, "%s: %s", rows[i].name, err.reason);
		cr_expect_eq(r.exit_code, rows[i].exit_code, "%s: %d", rows[i].name, r.exit_code);
		cr_expect(!rows[i].out || slice_is(str_slice(&r.out), rows[i].out), "%s: '%s'",
			  rows[i].name, r.out.ptr);
		cr_expect_str_eq(r.err.ptr, rows[i].err, "%s", rows[i].name);
		cr_expect_lt(clock_ms() - start, 10000, "%s", rows[i].name);
		cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1, "%s: something was not waited for",
			     rows[i].name);
		(void)unlink("program");
	}
	cr_expect_eq(open_files(), before);
}

Test(process, not_there)
{
	static const struct {
		const char *name;
		const struct code *code;
	} names[] = {
		{ "./missing", &CODE_program_missing },
		{ "gcb-no-such-program", &CODE_program_missing },
		{ "", &CODE_program_missing },
		{ "/", &CODE_program_denied },
		{ "./script", &CODE_program_denied },
		{ "noexec", &CODE_program_denied },
		{ "here-only", &CODE_program_missing },
		{ "./script/x", &CODE_program_missing },
	};
	char path[128];

	script("script", "#!/gcb/no/such/interpreter\n", 0700);
	script("noexec", "#!/bin/sh\n", 0600);
	script("here-only", "#!/bin/sh\n", 0700);
	cr_assert_eq(mkdir("bin", 0700), 0);
	script("bin/noexec", "#!/bin/sh\n", 0600);
	(void)snprintf(path, sizeof(path), "::.:relative:%s/bin:/bin:/usr/bin", folder);
	cr_assert_eq(setenv("PATH", path, 1), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *const argv[] = { names[i].name, NULL };
		struct process p = { .argv = argv };
		AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
		struct err err = ERR_INIT;

		cr_expect_eq(process_run(&p, &r, &err), -1, "%s", names[i].name);
		cr_expect_eq(err.code, names[i].code, "%s: %s", names[i].name, err.reason);
	}
}

Test(process, arguments_environment_folder_input)
{
	const char *const argv[] = {
		"sh", "-c",  "printf '%s|' \"$@\"; cat; pwd; printf '%s,%s' \"$A\" \"${B-unset}\"",
		"x",  "a b", "$(id)",
		"",   NULL
	};
	const char *const env[] = { "A=new", "B", NULL };
	struct process p = { .argv = argv, .env = env, .directory = "/", .input = SLICE("in\n") };
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(setenv("A", "old", 1), 0);
	cr_assert_eq(setenv("B", "there", 1), 0);
	cr_assert_eq(process_run(&p, &r, &err), 0, "%s", err.reason);
	cr_expect_str_eq(r.out.ptr, "a b|$(id)||in\n/\nnew,unset");
	cr_expect_str_eq(getenv("B"), "there");
	p.directory = "/no/such/folder";
	cr_expect_eq(process_run(&p, &r, &err), -1);
	cr_expect_eq(err.code, &CODE_io);
}

/* More input than a pipe holds, while the program writes as much: neither blocks the other. */
Test(process, much_both_ways)
{
	const char *const cat[] = { "cat", NULL }, *const head[] = { "head", "-c", "3", NULL };
	struct process p = { .argv = cat, .timeout_ms = 20000 };
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	AUTO_STR struct str input = STR_INIT;
	struct err err = ERR_INIT;

	str_fill(&input, 'x', (size_t)3 << 20);
	p.input = str_slice(&input);
	cr_assert_eq(process_run(&p, &r, &err), 0, "%s", err.reason);
	cr_expect(slice_eq(str_slice(&r.out), p.input));
	p.argv = head;
	str_clear(&r.out);
	cr_assert_eq(process_run(&p, &r, &err), 0, "%s",
		     err.reason); /* it does not want the rest */
	cr_expect_str_eq(r.out.ptr, "xxx");
}

/* What `take` and `on_line` get. */
struct collected_lines {
	struct str text;
	bool refuse;
};

static void on_line(void *ctx, struct slice line)
{
	str_addf(&((struct collected_lines *)ctx)->text, "[%" SLICE_FMT "]", SLICE_ARG(line));
}

static int take(void *ctx, struct slice bytes, struct err *err)
{
	struct collected_lines *h = ctx;

	str_add(&h->text, bytes);
	return h->refuse ? err_set(err, &CODE_bug, NOWHERE, "not wanted") : 0;
}

Test(process, on_line_and_take)
{
	const char *const argv[] = { "sh", "-c", "printf 'a\\033[2Jb\\n1%%\\r2%%\\n\\nlast' >&2",
				     NULL };
	struct collected_lines h = { STR_INIT, false };
	struct process p = { .argv = argv, .on_line = on_line, .ctx = &h };
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(process_run(&p, &r, &err), 0, "%s", err.reason);
	cr_expect_str_eq(h.text.ptr, "[a^[[2Jb][1%][2%][last]");
	str_clear(&h.text);
	p = (struct process){ .argv = (const char *const[]){ "yes", NULL },
			      .take = take,
			      .ctx = &h };
	h.refuse = true;
	cr_expect_eq(process_run(&p, &r, &err), -1);
	cr_expect_eq(err.code, &CODE_bug);
	cr_expect(slice_starts(str_slice(&h.text), SLICE("y\ny\n")));
	str_release(&h.text);
}

/*
 * Its own children end with it; one that it leaves behind in a session of its own does not hold us
 * up.
 */
Test(process, takes_its_children_along)
{
	const char *const argv[] = { "./program", NULL };
	struct process p = { .argv = argv, .timeout_ms = 500, .grace_ms = 200 };
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	struct err err = ERR_INIT;
	int64_t start;

	script("program",
	       "#!/bin/sh\ntrap '' TERM\n(trap '' TERM; while :; do sleep 1; done) & echo $! "
	       ">child\nwait\n",
	       0700);
	cr_expect_eq(process_run(&p, &r, &err), -1);
	cr_expect_eq(err.code, &CODE_timed_out);
	for (start = clock_ms(); alive("child") && clock_ms() - start < 5000;)
		clock_sleep_ms(10); /* it was killed, and ends when it is scheduled */
	cr_expect_not(alive("child"));
	script("program", "#!/bin/sh\nsetsid sleep 20 & echo done\n", 0700);
	p.timeout_ms = 15000;
	start = clock_ms();
	cr_expect_eq(process_run(&p, &r, &err), 0);
	cr_expect_str_eq(r.out.ptr, "done\n");
	cr_expect_lt(clock_ms() - start, 5000);
}

/* Sends a signal to the whole program after a while. */
static void *send_later(void *arg)
{
	(void)usleep(300000);
	(void)kill(getpid(), *(int *)arg);
	return NULL;
}

/* Starts a thread that does not take signals itself. */
static void send_soon(int *signo, pthread_t *thread)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	cr_assert_eq(pthread_create(thread, NULL, send_later, signo), 0);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

Test(process, interrupted)
{
	static const struct {
		int signo;
		const struct code *code;
	} signals[] = { { SIGINT, &CODE_interrupted },
			{ SIGTERM, &CODE_terminated },
			{ SIGHUP, &CODE_terminated } };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		const char *const argv[] = { "sh", "-c",
					     "echo $$ >child; trap 'exit 0' INT; exec sleep 30",
					     NULL };
		struct process p = { .argv = argv };
		AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
		int signo = signals[i].signo;
		struct err err = ERR_INIT;
		struct sigaction action;
		int64_t start = clock_ms();
		pthread_t thread;

		cr_assert_neq(signal(signo, SIG_DFL),
			      SIG_ERR); /* nohup, say, makes children ignore one */
		send_soon(&signo, &thread);
		cr_expect_eq(process_run(&p, &r, &err), -1);
		cr_expect_eq(err.code, signals[i].code, "%s", err.reason);
		cr_expect_lt(clock_ms() - start, 5000);
		cr_expect_not(alive("child"));
		(void)pthread_join(thread, NULL);
		(void)sigaction(signo, NULL, &action);
		cr_expect_eq(action.sa_handler, SIG_DFL, "the handler of %d stayed", signo);
	}
}

Test(process, ignored_signals)
{
	const char *const argv[] = { "sh", "-c", "sleep 1; echo end; exit 3", NULL };
	struct process p = { .argv = argv };
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	struct sigaction ignore = { .sa_handler = SIG_IGN }, action;
	struct err err = ERR_INIT;
	int signo = SIGHUP;
	pthread_t thread;

	(void)sigaction(SIGCHLD, &ignore, NULL);
	(void)sigaction(SIGHUP, &ignore, NULL); /* as nohup does */
	send_soon(&signo, &thread);
	cr_assert_eq(process_run(&p, &r, &err), 0, "%s", err.reason);
	cr_expect_eq(r.exit_code, 3);
	cr_expect_str_eq(r.out.ptr, "end\n");
	(void)pthread_join(thread, NULL);
	(void)sigaction(SIGCHLD, NULL, &action);
	cr_expect_eq(action.sa_handler, SIG_IGN);
	(void)sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_DFL },
			NULL); /* for leave() */
}

/*
 * Descriptors: ours do not reach it, those left open for children do, and it works without our own
 * three.
 */
Test(process, descriptors)
{
	const char *const argv[] = { "sh", "-c", "ls /proc/self/fd | sort -n | tr '\\n' ' '",
				     NULL };
	struct process p = { .argv = argv };
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	struct err err = ERR_INIT;
	int ours = fcntl(open("/dev/null", O_RDONLY | O_CLOEXEC), F_DUPFD_CLOEXEC, 88);
	int left = fcntl(open("/dev/null", O_RDONLY), F_DUPFD, 77),
	    in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 50);

	cr_assert(ours >= 88 && left >= 77 && in >= 50);
	(void)close(STDIN_FILENO);
	p.input = SLICE("x");
	cr_assert_eq(process_run(&p, &r, &err), 0, "%s", err.reason);
	(void)dup2(in, STDIN_FILENO);
	cr_expect_eq(strncmp(r.out.ptr, "0 1 2 ", 6), 0, "%s", r.out.ptr);
	cr_expect_not_null(strstr(r.out.ptr, " 77 "), "%s", r.out.ptr);
	cr_expect_null(strstr(r.out.ptr, " 88 "), "%s", r.out.ptr);
	cr_expect_null(strstr(r.out.ptr, " 50 "), "%s", r.out.ptr);
}

Test(process, last_words)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;

	cr_expect_eq(process_last_line(&r, arena).len, 0);
	str_adds(&r.err, "Warning: x\n error: \x1b[31mno\t\n\n");
	cr_expect_str_eq(process_last_line(&r, arena).ptr, "\x1b[31mno");
}

/* The log of trace, one line each. */
static void listen(void *ctx, struct slice line)
{
	struct str *text = ctx;

	str_addf(text, "%" SLICE_FMT "\n", SLICE_ARG(line));
}

/* Each level logs what the one below logs, and more; a line of any length is cut, not split. */
Test(process, traced)
{
	static const struct {
		long level;
		const char *log;
	} levels[] = {
		{ 0, "" },
		{ 1, "run sh -c echo a; echo b >&2\nsh: exit 0 (N s)\n" },
		{ 4, "run sh -c echo a; echo b >&2\nsh: b\nsh: exit 0 (N s)\n" },
		{ 6, "run sh -c echo a; echo b >&2\nsh: in /\nsh: with A=1\nsh: b\nsh: exit 0 (N "
		     "s)\n" },
	};
	const char *const argv[] = { "sh", "-c", "echo a; echo b >&2", NULL }, *const env[] = {
		"A=1", NULL
	};
	const char *const wide[] = { "sh", "-c",
				     "head -c 9000 /dev/zero | tr '\\0' x; echo; echo y", NULL };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
		AUTO_STR struct str text = STR_INIT;
		const char *time;

		trace_set(&(struct trace){ levels[i].level, listen, &text });
		cr_assert_eq(
			process_run(&(struct process){ .argv = argv, .env = env, .directory = "/" },
				    &r, &err),
			0);
		time = text.len ? strrchr(text.ptr, '(') : NULL;
		if (time) {
			text.len = (size_t)(time - text.ptr);
			str_adds(&text, "(N s)\n");
		}
		cr_expect(slice_is(str_slice(&text), levels[i].log), "%ld: %s", levels[i].level,
			  text.ptr);
	}
	{
		AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
		AUTO_STR struct str text = STR_INIT;

		trace_set(&(struct trace){ 8, listen, &text });
		cr_assert_eq(process_run(&(struct process){ .argv = wide }, &r, &err), 0);
		cr_expect_eq(r.out.len, 9003);
		cr_expect(text.len > 4096 && text.len < 4400, "%zu", text.len);
		cr_expect_neq(slice_find(str_slice(&text), SLICE("x\nsh: y\n")), SIZE_MAX);
	}
	trace_set(&(struct trace){ 0, NULL, NULL });
}

Test(process, gets_only_what_it_is_given)
{
	const char *const argv[] = { "/bin/sh", "-c",
				     "echo ${HOME-none} $A; /bin/sleep 0.3; ulimit -v", NULL };
	const char *const env[] = { "A=1", NULL };
	AUTO_PROCESS struct process_result r = PROCESS_RESULT_INIT;
	AUTO_PROCESS struct process_result free_run = PROCESS_RESULT_INIT;
	struct process p = {
		.argv = argv, .env = env, .only_env = true, .memory_max = (size_t)1 << 30
	};
	struct err err = ERR_INIT;

	(void)setenv("HOME", "/home", 1);
	cr_assert_eq(process_run(&p, &r, &err), 0, "%s", err.reason);
	cr_expect_str_eq(r.out.ptr, "none 1\n1048576\n");
	p.only_env = false;
	p.memory_max = 0;
	cr_assert_eq(process_run(&p, &free_run, &err), 0, "%s", err.reason);
	cr_expect_str_eq(free_run.out.ptr, "/home 1\nunlimited\n");
}
