#include "base/process.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/process_find.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "base/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Defaults, and how long output is read after the program ended while a process that it started
 * keeps the pipe open.
 */
enum { GRACE_MS = 2000, DRAIN_MS = 250, LINE_MAX_BYTES = 4096 };

enum { IN, OUT, ERR, NPIPES };

/* A running program. */
struct child {
	const struct process *p;
	struct process_result *r;
	struct err *err;
	struct signals signals;
	int ours[NPIPES], theirs[NPIPES]; /* -1: closed, or none */
	int directory;
	pid_t pid;
	size_t fed;               /* bytes of the input that were written */
	int64_t next;             /* when the next step is due; -1: never */
	bool ended;               /* it is a zombie, not yet waited for */
	bool failed;              /* `err` is set: the program must end, and the call fails */
	bool killed;              /* SIGKILL was sent */
	struct str lines[NPIPES]; /* the incomplete lines of standard output and standard error */
};

void process_result_release(struct process_result *r)
{
	str_release(&r->out);
	str_release(&r->err);
}

/* The program's name for messages. */
static const char *short_name(const struct process *p)
{
	const char *slash = strrchr(p->argv[0], '/');

	return slash ? slash + 1 : p->argv[0];
}

/* Closes a descriptor once. */
static void close_once(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* --- starting ------------------------------------------------------------- */

/*
 * The descriptor, or a copy above the standard ones: our process may have been started without
 * them.
 */
static int above_standard(int fd)
{
	int copy;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	(void)close(fd);
	return copy;
}

/* One pipe; our end does not block. */
static int make_pipe(struct child *run, int which)
{
	int ends[2], mine = which == IN;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	run->ours[which] = above_standard(ends[mine]);
	run->theirs[which] = above_standard(ends[!mine]);
	return run->ours[which] < 0 || run->theirs[which] < 0 ||
			       fcntl(run->ours[which], F_SETFL, O_NONBLOCK) < 0 ?
		       -1 :
		       0;
}

/* Opens the pipes and the directory. */
static int open_streams(struct child *run)
{
	const struct process *p = run->p;

	if ((p->input.len && make_pipe(run, IN) < 0) || make_pipe(run, OUT) < 0 ||
	    make_pipe(run, ERR) < 0)
		return err_os(run->err, &CODE_io, NOWHERE, "cannot create a pipe to %s",
			      short_name(p));
	if (p->directory && (run->directory = above_standard(
				     open(p->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC))) < 0)
		return err_os(run->err, &CODE_io, place_of(p->directory),
			      "cannot open the directory");
	return 0;
}

static int start_child(struct child *run)
{
	AUTO_STR struct str file = STR_INIT;
	int failed;

	if (process_find(run->p->argv[0], &file, run->err) < 0 || open_streams(run) < 0)
		return -1;
	failed = process_spawn(&run->pid, &(struct spawn){ .file = file.ptr,
							   .argv = run->p->argv,
							   .env = run->p->env,
							   .only_env = run->p->only_env,
							   .memory_max = run->p->memory_max,
							   .fds = run->theirs,
							   .directory = run->directory,
							   .mask = &run->signals.mask,
							   .group = !run->p->interactive });
	for (int i = 0; i < NPIPES; i++)
		close_once(&run->theirs[i]);
	errno = failed;
	return failed ? err_os(run->err, &CODE_program_denied, place_of(file.ptr),
			       "cannot run the program") :
			0;
}

/* --- ending it ------------------------------------------------------------ */

/*
 * Sends a signal to it and, if it has one, its group. It has not been waited for, so its number has
 * not been reused.
 */
static void send_signal(const struct child *run, int signo)
{
	if (run->p->interactive)
		(void)kill(run->pid, signo);
	else
		(void)kill(-run->pid, signo);
}

/* Begins to end it; `err` is set. */
static void give_up(struct child *run)
{
	run->failed = true;
	send_signal(run, SIGTERM);
	run->next = clock_ms() + (run->p->grace_ms ? run->p->grace_ms : GRACE_MS);
}

/* Ends it at once. */
static void kill_now(struct child *run)
{
	send_signal(run, SIGKILL);
	run->killed = true;
	run->next = -1;
}

/* Handles time limits and signals. Returns false when there is nothing left to wait for. */
static bool keep_time(struct child *run)
{
	bool late = run->next >= 0 && clock_ms() >= run->next;

	if (run->ended)
		return !late && !run->failed;
	if (!run->failed && signals_first()) {
		(void)signals_error(signals_first(), run->err);
		give_up(run);
	} else if (!run->failed && late) {
		(void)err_set(run->err, &CODE_timed_out, NOWHERE, "%s did not finish within %g s",
			      short_name(run->p), (double)run->p->timeout_ms / 1000);
		give_up(run);
	} else if (run->failed && !run->killed && (late || signals_count() > 1))
		kill_now(run);
	return true;
}

/* Checks whether it ended. It stays a zombie until its group is dealt with. */
static void check_end(struct child *run)
{
	siginfo_t info = { 0 };

	if (run->ended || waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	    !info.si_pid)
		return;
	run->ended = true;
	run->next = clock_ms() + DRAIN_MS;
}

/* Waits for it, and returns how it ended. */
static int reap_child(struct child *run)
{
	int status = 0;

	if (run->failed)
		send_signal(run, SIGKILL); /* and its group */
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!run->failed && signals_first())
		return signals_error(signals_first(), run->err);
	if (run->failed)
		return -1;
	if (WIFSIGNALED(status))
		return err_set(run->err, &CODE_program_failed, NOWHERE,
			       "%s was killed by a signal: %s", short_name(run->p),
			       strsignal(WTERMSIG(status)));
	run->r->exit_code = WEXITSTATUS(status);
	return 0;
}

/* --- its streams ---------------------------------------------------------- */

/* Writes more of the input. The program need not read it (EPIPE). */
static void feed_child(struct child *run)
{
	struct slice rest = slice_sub(run->p->input, run->fed, run->p->input.len);
	ssize_t n = write(run->ours[IN], rest.ptr, rest.len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	run->fed += n > 0 ? (size_t)n : 0;
	if (n < 0 || run->fed == run->p->input.len)
		close_once(&run->ours[IN]);
}

/* Are lines of this stream passed on? */
static bool wants_lines(const struct child *run, int which)
{
	return which == ERR ? run->p->on_line || trace_wants(TRACE_STDERR) :
			      trace_wants(TRACE_STDOUT);
}

/* Passes on the complete line. */
static void pass_line(struct child *run, int which)
{
	struct str *line = &run->lines[which];

	if (line->len && which == ERR && run->p->on_line) {
		AUTO_STR struct str text = STR_INIT;

		str_add_visible(&text, str_slice(line), false);
		run->p->on_line(run->p->ctx, str_slice(&text));
	}
	if (line->len)
		trace_log(which == ERR ? TRACE_STDERR : TRACE_STDOUT, "%s: %" SLICE_FMT,
			  short_name(run->p), SLICE_ARG(str_slice(line)));
	str_clear(line);
}

/*
 * Cuts output into lines. Of one that is too long the rest is dropped, so that no secret is cut
 * into two halves that redaction would miss.
 */
static void cut_lines(struct child *run, int which, struct slice bytes)
{
	for (size_t i = 0; i < bytes.len && wants_lines(run, which); i++)
		if (bytes.ptr[i] == '\n' || bytes.ptr[i] == '\r')
			pass_line(run, which);
		else if (run->lines[which].len < LINE_MAX_BYTES)
			str_addc(&run->lines[which], bytes.ptr[i]);
}

/* Standard error: kept up to its limit. */
static void take_err(struct child *run, struct slice bytes)
{
	size_t max = run->p->err_max ? run->p->err_max : PROCESS_ERR_MAX, have = run->r->err.len;

	str_add(&run->r->err, slice_sub(bytes, 0, have < max ? max - have : 0));
}

/*
 * Standard output: to the caller, or kept. Too much of it, or a refusal by the caller, ends the
 * program.
 */
static void take_out(struct child *run, struct slice bytes)
{
	size_t max = run->p->out_max ? run->p->out_max : PROCESS_OUT_MAX;

	if (run->failed)
		return;
	if (run->p->take) {
		if (run->p->take(run->p->ctx, bytes, run->err) < 0)
			give_up(run);
		return;
	}
	if (run->r->out.len + bytes.len > max) {
		(void)err_set(run->err, &CODE_too_large, NOWHERE, "%s wrote more than %zu bytes",
			      short_name(run->p), max);
		give_up(run);
		return;
	}
	str_add(&run->r->out, bytes);
}

/* Reads what is available of one of them. */
static void read_stream(struct child *run, int which)
{
	char buf[65536];
	ssize_t n = read(run->ours[which], buf, sizeof(buf));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close_once(&run->ours[which]);
		return;
	}
	if (run->ended && !run->failed)
		run->next = clock_ms() + DRAIN_MS;
	cut_lines(run, which, (struct slice){ buf, (size_t)n });
	if (which == OUT)
		take_out(run, (struct slice){ buf, (size_t)n });
	else
		take_err(run, (struct slice){ buf, (size_t)n });
}

/* Waits for an event, and handles it. */
static void wait_event(struct child *run)
{
	struct pollfd fds[NPIPES];
	int64_t wait = run->next < 0 ? -1 : run->next - clock_ms();

	for (int i = 0; i < NPIPES; i++)
		fds[i] =
			(struct pollfd){ .fd = run->ours[i], .events = i == IN ? POLLOUT : POLLIN };
	(void)signals_poll(&run->signals, fds, NPIPES, run->next >= 0 && wait < 0 ? 0 : wait);
	for (int i = 0; i < NPIPES; i++)
		if (fds[i].revents && i == IN)
			feed_child(run);
		else if (fds[i].revents)
			read_stream(run, i);
}

/* Runs it from start to end. */
static int run_child(struct child *run)
{
	if (start_child(run) < 0)
		return -1;
	run->next = run->p->timeout_ms > 0 ? clock_ms() + run->p->timeout_ms : -1;
	while (keep_time(run) && (!run->ended || run->ours[OUT] >= 0 || run->ours[ERR] >= 0)) {
		wait_event(run);
		check_end(run);
	}
	pass_line(run, OUT);
	pass_line(run, ERR);
	return reap_child(run);
}

/* Logs the command, its directory and environment. */
static void trace_start(const struct process *p)
{
	AUTO_STR struct str line = STR_INIT;

	if (!trace_wants(TRACE_COMMANDS))
		return;
	for (size_t i = 0; p->argv[i]; i++)
		str_addf(&line, " %s", p->argv[i]);
	trace_log(TRACE_COMMANDS, "run%s", line.ptr);
	if (p->directory)
		trace_log(TRACE_ENVIRONMENT, "%s: in %s", short_name(p), p->directory);
	for (size_t i = 0; p->env && p->env[i]; i++)
		trace_log(TRACE_ENVIRONMENT, "%s: with %s", short_name(p), p->env[i]);
}

/* Logs how it ended. */
static void trace_end(const struct child *run, int result, int64_t ms)
{
	if (result < 0)
		trace_log(TRACE_COMMANDS, "%s: %s (%g s)", short_name(run->p), run->err->reason,
			  (double)ms / 1000);
	else
		trace_log(TRACE_COMMANDS, "%s: exit %d (%g s)", short_name(run->p),
			  run->r->exit_code, (double)ms / 1000);
}

int process_run(const struct process *p, struct process_result *r, struct err *err)
{
	struct child run = { .p = p, .r = r, .err = err, .directory = -1, .next = -1 };
	int64_t begin = clock_ms();
	int result;

	for (int i = 0; i < NPIPES; i++) {
		run.ours[i] = run.theirs[i] = -1;
		run.lines[i] = (struct str)STR_INIT;
	}
	trace_start(p);
	signals_begin(&run.signals);
	result = run_child(&run);
	for (int i = 0; i < NPIPES; i++) {
		close_once(&run.ours[i]);
		close_once(&run.theirs[i]);
		str_release(&run.lines[i]);
	}
	close_once(&run.directory);
	signals_end(&run.signals);
	trace_end(&run, result, clock_ms() - begin);
	return result;
}

struct slice process_last_line(const struct process_result *r, struct arena *arena)
{
	struct slice rest = str_slice(&r->err), line, last = SLICE("");

	while (slice_next(&rest, '\n', &line))
		if (slice_trim(line).len)
			last = slice_trim(line);
	if (slice_starts(last, SLICE("error: ")))
		last = slice_sub(last, 7, last.len);
	return arena_copy(arena, slice_sub(last, 0, 400));
}
