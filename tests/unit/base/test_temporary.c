/*
 * Temporary directories: what may be written into them, and that nothing of them remains.
 */
#include "base/temporary.h"

#include "base/file.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/gcb-temporary-XXXXXX";

static void enter(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(setenv("TMPDIR", folder, 1), 0);
}

static void leave(void)
{
	cr_expect_eq(rmdir(folder), 0, "something remains");
}

TestSuite(temporary, .init = enter, .fini = leave);

Test(temporary, files)
{
	static const struct {
		const char *path;
		bool refused;
	} rows[] = {
		{ "a", false },     { "b/c/d.yaml", false }, { "b/c/e.yaml", false },
		{ "a", true },      { "/etc/x", true },      { "../x", true },
		{ "b/../x", true }, { "./x", true },         { "b//x", true },
		{ "", true },       { "a/x", true },         { "link/x", true },
		{ "link", true },
	};
	struct temporary t = TEMPORARY_INIT;
	struct err err = ERR_INIT;
	AUTO_STR struct str path = STR_INIT, bytes = STR_INIT;
	struct stat st;

	cr_assert_eq(temporary_begin(&t, &err), 0, "%s", err.reason);
	cr_expect(slice_starts(str_slice(&t.path), slice_of(folder)));
	cr_expect_eq(stat(t.path.ptr, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0700);
	str_addf(&path, "%s/link", t.path.ptr);
	cr_assert_eq(symlink("/nonexistent-gcb", path.ptr), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		err = (struct err)ERR_INIT;
		cr_expect_eq(temporary_write(&t, slice_of(rows[i].path), SLICE("text"), &err),
			     rows[i].refused ? -1 : 0, "%s: %s", rows[i].path, err.reason);
	}
	str_clear(&path);
	str_addf(&path, "%s/b/c/d.yaml", t.path.ptr);
	cr_expect_eq(file_read(path.ptr, 100, &bytes, &err), 0);
	cr_expect_str_eq(bytes.ptr, "text");
	cr_expect_eq(temporary_make(&t, SLICE("x/y"), &err), 0);
	cr_expect_eq(temporary_make(&t, SLICE("../y"), &err), -1);
	temporary_end(&t);
	temporary_end(&t);
}

Test(temporary, a_signal_waits)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct temporary t = TEMPORARY_INIT;
		struct signals inner;
		struct err err = ERR_INIT;

		if (temporary_begin(&t, &err) < 0 ||
		    temporary_write(&t, SLICE("a/b"), SLICE("text"), &err) < 0)
			_exit(3);
		signals_begin(&inner); /* as process_run does */
		signals_end(&inner);
		(void)raise(SIGTERM);
		temporary_end(&t);
		_exit(4); /* not reached */
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "%x", status);
}
