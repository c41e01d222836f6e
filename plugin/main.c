#include "plugin/app.h"
#include "plugin/commands.h"
#include "plugin/dispatch.h"
#include "plugin/error_document.h"
#include "plugin/say.h"

#include "base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* All commands, in the order in which help lists them. */
/* clang-format off */
static const struct command *const commands[] = {
	&group_program,
	&group_migrate,
	&cmd_discover,
	&cmd_init,
	&cmd_check,
	&cmd_explain,
	&cmd_plan,
	&cmd_render,
	&cmd_diff,
	&cmd_promote,
	&cmd_rollback,
	&cmd_status,
	&cmd_finalize,
	&cmd_help,
	&cmd_version,
	NULL,
};
/* clang-format on */

/*
 * Freed memory is needed again at once; returning it to the system page by page would take a tenth
 * of the time.
 */
static void keep_memory(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_TRIM_THRESHOLD, 256 << 20);
	(void)mallopt(M_TOP_PAD, 1 << 20);
#endif
}

/* Keys of maps come from repositories: with a random seed they cannot be chosen to collide. */
static void seed_maps(void)
{
	struct siphash_key seed = { 0 };

	(void)!getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
	map_seed(seed);
}

/*
 * Opens the standard files that are closed: a file of the repository would get their descriptors.
 * Reads from standard input find its end; writes to standard output fail as if it was closed.
 */
static void open_standard_files(void)
{
	static const int modes[] = { O_RDONLY, O_RDONLY, O_RDWR };

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", modes[fd]) != fd) /* the lowest one that is free */
			_exit(EXIT_ERROR);
}

int main(int argc, char **argv)
{
	struct app app;
	struct err err = ERR_INIT;
	AUTO_STR struct str line = STR_INIT;
	int failed, out_failed;

	open_standard_files();
	keep_memory();
	seed_maps();
	app_init(&app, argc, argv);
	failed = dispatch(&app, commands, argc, argv, &err);
	out_failed = say_finish(&app);
	if (out_failed) {
		if (!failed)
			(void)err_set(&err, &CODE_io, NOWHERE,
				      "cannot write to standard output: %s", strerror(out_failed));
		failed = -1;
	}
	if (failed) {
		error_document_print(&app, &err);
		err_format(&err, &line);
		say_error(&app, "%s", line.ptr);
		if (app.exit == EXIT_OK || err.code->exit != EXIT_ERROR)
			app.exit = err.code->exit;
	}
	app_release(&app);
	return (int)app.exit;
}
