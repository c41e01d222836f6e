#include "base/process.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "base/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Defaults, and how long output is still read when the program ended and something that it left
 * behind holds the pipe.
 */
enum { GRACE_MS = 2000, DRAIN_MS = 250, LINE_MAX_BYTES = 4096 };

enum { IN, OUT, ERR, NPIPES };

/* A program that runs. */
struct child {
	const struct process *p;
	struct process_result *r;
	struct err *err;
	struct signals signals;
	int ours[NPIPES], theirs[NPIPES]; /* -1: closed, or none */
	int folder;
	pid_t pid;
	size_t fed;               /* bytes of the input that it has */
	int64_t next;             /* when something has to be done; -1: never */
	bool ended;               /* it is a zombie, not yet waited for */
	bool failed;              /* `err` is filled in: it has to end, and the call fails */
	bool killed;              /* SIGKILL was sent */
	struct str lines[NPIPES]; /* of standard output and standard error, the one that has no end
				     yet */
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
static void shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* --- starting ------------------------------------------------------------- */

/*
 * The descriptor, or a copy above the three that every program has: ours may have been started
 * without them.
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

/* The pipes and the folder. */
static int open_all(struct child *run)
{
	const struct process *p = run->p;

	if ((p->input.len && make_pipe(run, IN) < 0) || make_pipe(run, OUT) < 0 ||
	    make_pipe(run, ERR) < 0)
		return err_os(run->err, &CODE_io, NOWHERE, "cannot make a pipe to %s",
			      short_name(p));
	if (p->folder &&
	    (run->folder = above_standard(open(p->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC))) < 0)
		return err_os(run->err, &CODE_io, place_of(p->folder), "cannot open the folder");
	return 0;
}

static int start(struct child *run)
{
	AUTO_STR struct str file = STR_INIT;
	int failed;

	if (process_find(run->p->argv[0], &file, run->err) < 0 || open_all(run) < 0)
		return -1;
	failed = process_spawn(&run->pid, &(struct spawn){ .file = file.ptr,
							   .argv = run->p->argv,
							   .env = run->p->env,
							   .fds = run->theirs,
							   .folder = run->folder,
							   .mask = &run->signals.mask,
							   .group = !run->p->interactive });
	for (int i = 0; i < NPIPES; i++)
		shut(&run->theirs[i]);
	errno = failed;
	return failed ? err_os(run->err, &CODE_program_denied, place_of(file.ptr),
			       "the program cannot be run") :
			0;
}

/* --- ending it ------------------------------------------------------------ */

/*
 * A signal to it and, where it has one, its group. It is not waited for yet, so its number is still
 * its own.
 */
static void send(const struct child *run, int signo)
{
	if (run->p->interactive)
		(void)kill(run->pid, signo);
	else
		(void)kill(-run->pid, signo);
}

/* `err` says why it has to end: the first step of that. */
static void give_up(struct child *run)
{
	run->failed = true;
	send(run, SIGTERM);
	run->next = clock_ms() + (run->p->grace_ms ? run->p->grace_ms : GRACE_MS);
}

static void kill_now(struct child *run)
{
	send(run, SIGKILL);
	run->killed = true;
	run->next = -1;
}

/* What time and signals ask for. Returns false when nothing is left to wait for. */
static bool keep_time(struct child *run)
{
	bool late = run->next >= 0 && clock_ms() >= run->next;

	if (run->ended)
		return !late && !run->failed;
	if (!run->failed && signals_asked()) {
		(void)signals_error(signals_asked(), run->err);
		give_up(run);
	} else if (!run->failed && late) {
		(void)err_set(run->err, &CODE_timed_out, NOWHERE, "%s did not end within %g s",
			      short_name(run->p), (double)run->p->timeout_ms / 1000);
		give_up(run);
	} else if (run->failed && !run->killed && (late || signals_count() > 1))
		kill_now(run);
	return true;
}

/* Did it end? It stays a zombie until its group is dealt with. */
static void look(struct child *run)
{
	siginfo_t info = { 0 };

	if (run->ended || waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	    !info.si_pid)
		return;
	run->ended = true;
	run->next = clock_ms() + DRAIN_MS;
}

/* Waits for it, and says how it ended. */
static int reap(struct child *run)
{
	int status = 0;

	if (run->failed)
		send(run, SIGKILL); /* what it started and left behind */
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!run->failed && signals_asked())
		return signals_error(signals_asked(), run->err);
	if (run->failed)
		return -1;
	if (WIFSIGNALED(status))
		return err_set(run->err, &CODE_program_failed, NOWHERE,
			       "%s was killed by the signal %s", short_name(run->p),
			       strsignal(WTERMSIG(status)));
	run->r->exit_code = WEXITSTATUS(status);
	return 0;
}

/* --- its streams ---------------------------------------------------------- */

/* Gives it more of the input. One that does not want it (EPIPE) need not have it. */
static void feed(struct child *run)
{
	struct slice rest = slice_sub(run->p->input, run->fed, run->p->input.len);
	ssize_t n = write(run->ours[IN], rest.ptr, rest.len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	run->fed += n > 0 ? (size_t)n : 0;
	if (n < 0 || run->fed == run->p->input.len)
		shut(&run->ours[IN]);
}

/* Does anybody want lines of this stream? */
static bool heard(const struct child *run, int which)
{
	return which == ERR ? run->p->on_line || trace_wants(TRACE_SAID) :
			      trace_wants(TRACE_OUTPUT);
}

/* Passes the line on that is complete. */
static void say_line(struct child *run, int which)
{
	struct str *line = &run->lines[which];

	if (line->len && which == ERR && run->p->on_line) {
		AUTO_STR struct str text = STR_INIT;

		str_add_visible(&text, str_slice(line), false);
		run->p->on_line(run->p->ctx, str_slice(&text));
	}
	if (line->len)
		trace_say(which == ERR ? TRACE_SAID : TRACE_OUTPUT, "%s: %" SLICE_FMT,
			  short_name(run->p), SLICE_ARG(str_slice(line)));
	str_clear(line);
}

/*
 * Cuts what comes into lines. Of one that is too long the rest is dropped, so that no secret is cut
 * into two halves that look harmless.
 */
static void cut(struct child *run, int which, struct slice bytes)
{
	for (size_t i = 0; i < bytes.len && heard(run, which); i++)
		if (bytes.ptr[i] == '\n' || bytes.ptr[i] == '\r')
			say_line(run, which);
		else if (run->lines[which].len < LINE_MAX_BYTES)
			str_addc(&run->lines[which], bytes.ptr[i]);
}

/* Standard error: kept as far as there is room. */
static void take_err(struct child *run, struct slice bytes)
{
	size_t max = run->p->err_max ? run->p->err_max : PROCESS_ERR_MAX, have = run->r->err.len;

	str_add(&run->r->err, slice_sub(bytes, 0, have < max ? max - have : 0));
}

/*
 * Standard output: to the caller, or kept. Too much, or a caller who does not want it, ends the
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
		(void)err_set(run->err, &CODE_too_large, NOWHERE, "%s says more than %zu bytes",
			      short_name(run->p), max);
		give_up(run);
		return;
	}
	str_add(&run->r->out, bytes);
}

/* Reads what there is of one of them. */
static void drain(struct child *run, int which)
{
	char buf[65536];
	ssize_t n = read(run->ours[which], buf, sizeof(buf));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		shut(&run->ours[which]);
		return;
	}
	if (run->ended && !run->failed)
		run->next = clock_ms() + DRAIN_MS; /* it still comes */
	cut(run, which, (struct slice){ buf, (size_t)n });
	if (which == OUT)
		take_out(run, (struct slice){ buf, (size_t)n });
	else
		take_err(run, (struct slice){ buf, (size_t)n });
}

/* Waits for something to do, and does it. */
static void turn(struct child *run)
{
	struct pollfd fds[NPIPES];
	int64_t wait = run->next < 0 ? -1 : run->next - clock_ms();

	for (int i = 0; i < NPIPES; i++)
		fds[i] =
			(struct pollfd){ .fd = run->ours[i], .events = i == IN ? POLLOUT : POLLIN };
	(void)signals_poll(&run->signals, fds, NPIPES, run->next >= 0 && wait < 0 ? 0 : wait);
	for (int i = 0; i < NPIPES; i++)
		if (fds[i].revents && i == IN)
			feed(run);
		else if (fds[i].revents)
			drain(run, i);
}

/* From the start to the end. */
static int run_all(struct child *run)
{
	if (start(run) < 0)
		return -1;
	run->next = run->p->timeout_ms > 0 ? clock_ms() + run->p->timeout_ms : -1;
	while (keep_time(run) && (!run->ended || run->ours[OUT] >= 0 || run->ours[ERR] >= 0)) {
		turn(run);
		look(run);
	}
	say_line(run, OUT);
	say_line(run, ERR);
	return reap(run);
}

/* Tells what is run, and around what. */
static void trace_start(const struct process *p)
{
	AUTO_STR struct str line = STR_INIT;

	if (!trace_wants(TRACE_PROGRAMS))
		return;
	for (size_t i = 0; p->argv[i]; i++)
		str_addf(&line, " %s", p->argv[i]);
	trace_say(TRACE_PROGRAMS, "run%s", line.ptr);
	if (p->folder)
		trace_say(TRACE_AROUND, "%s: in %s", short_name(p), p->folder);
	for (size_t i = 0; p->env && p->env[i]; i++)
		trace_say(TRACE_AROUND, "%s: with %s", short_name(p), p->env[i]);
}

/* Tells how it ended. */
static void trace_end(const struct child *run, int result, int64_t ms)
{
	if (result < 0)
		trace_say(TRACE_PROGRAMS, "%s: %s (%g s)", short_name(run->p), run->err->reason,
			  (double)ms / 1000);
	else
		trace_say(TRACE_PROGRAMS, "%s: exit %d (%g s)", short_name(run->p),
			  run->r->exit_code, (double)ms / 1000);
}

int process_run(const struct process *p, struct process_result *r, struct err *err)
{
	struct child run = { .p = p, .r = r, .err = err, .folder = -1, .next = -1 };
	int64_t begin = clock_ms();
	int result;

	for (int i = 0; i < NPIPES; i++) {
		run.ours[i] = run.theirs[i] = -1;
		run.lines[i] = (struct str)STR_INIT;
	}
	trace_start(p);
	signals_begin(&run.signals);
	result = run_all(&run);
	for (int i = 0; i < NPIPES; i++) {
		shut(&run.ours[i]);
		shut(&run.theirs[i]);
		str_release(&run.lines[i]);
	}
	shut(&run.folder);
	signals_end(&run.signals);
	trace_end(&run, result, clock_ms() - begin);
	return result;
}
