#include "plugin/app.h"

#include <sys/ioctl.h>
#include <unistd.h>

struct slice program_name(struct slice path)
{
	static const struct slice exe = SLICE_INIT(".exe");
	struct slice base = path, tail;

	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] == '/' || path.ptr[i] == '\\')
			base = slice_sub(path, i + 1, path.len);
	tail = slice_sub(base, base.len > exe.len ? base.len - exe.len : 0, exe.len);
	if (base.len > exe.len && slice_eq_case(tail, exe))
		base.len -= exe.len;
	return !base.len || slice_is(base, "kubectl-gcpbackend") ? SLICE("kubectl gcpbackend") :
								   base;
}

/* The columns of the terminal that stdout is, or 0. */
static size_t terminal_columns(void)
{
	struct winsize size = { 0 };

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void app_init(struct app *app, int argc, char *const *argv)
{
	struct slice called = argc > 0 ? slice_of(argv[0]) : SLICE_NONE;

	*app = (struct app){ .out = stdout, .err = stderr, .arena = arena_new() };
	app->out_tty = isatty(STDOUT_FILENO) == 1;
	app->err_tty = isatty(STDERR_FILENO) == 1;
	app->in_tty = isatty(STDIN_FILENO) == 1;
	app->columns = app->out_tty ? terminal_columns() : 0;
	app->program = arena_copy(app->arena, program_name(called)).ptr;
}

void app_release(struct app *app)
{
	arena_free(app->arena);
	app->arena = NULL;
}
