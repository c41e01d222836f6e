#include "scratch.h"

#include "base/alloc.h"
#include "base/file.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char directory[] = "/tmp/gcb-git-XXXXXX";

/* Takes every GIT_ variable out of the environment. */
static void forget_git(void)
{
	bool again = true;

	while (again) {
		again = false;
		for (char **e = environ; *e && !again; e++) {
			AUTO_FREE char *name = strndup(*e, strcspn(*e, "="));

			again = !strncmp(name, "GIT_", 4);
			if (again)
				cr_assert_eq(unsetenv(name), 0);
		}
	}
}

void scratch_enter(void)
{
	char config[64];

	cr_assert_not_null(mkdtemp(directory));
	cr_assert_eq(chdir(directory), 0);
	(void)umask(022);
	forget_git();
	cr_assert_eq(unsetenv("XDG_CONFIG_HOME"), 0);
	cr_assert_eq(unsetenv("EMAIL"), 0);
	cr_assert_eq(setenv("HOME", directory, 1), 0);
	(void)snprintf(config, sizeof(config), "%s/.gitconfig", directory);
	/* Criterion has started libgit2 already, which took another HOME for its own. */
	cr_assert_eq(setenv("GIT_CONFIG_GLOBAL", config, 1), 0);
	cr_assert_eq(setenv("GIT_CONFIG_NOSYSTEM", "1", 1), 0);
	cr_assert_eq(setenv("LC_ALL", "C", 1), 0);
	cr_assert_eq(setenv("TZ", "EST5EDT", 1), 0);
	put(".gitconfig", "[user]\n\tname = A U Thor\n\temail = "
			  "author@example.com\n[init]\n\tdefaultBranch = main\n"
			  "[protocol \"file\"]\n\tallow = always\n[gc]\n\tauto = "
			  "0\n[advice]\n\tdetachedHead = false\n");
}

/* Runs a program and gives its exit code; its output goes to `out`. */
static int run(char *const argv[], struct str *out)
{
	posix_spawn_file_actions_t actions;
	char buf[65536];
	int ends[2], status;
	ssize_t n;
	pid_t pid;

	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	cr_assert_eq(posix_spawn_file_actions_init(&actions), 0);
	cr_assert_eq(posix_spawn_file_actions_adddup2(&actions, ends[1], 1), 0);
	cr_assert_eq(posix_spawn_file_actions_adddup2(&actions, ends[1], 2), 0);
	cr_assert_eq(posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ), 0, "cannot run %s",
		     argv[0]);
	cr_assert_eq(close(ends[1]), 0);
	while ((n = read(ends[0], buf, sizeof(buf))) > 0)
		str_add(out, (struct slice){ buf, (size_t)n });
	cr_assert_eq(close(ends[0]), 0);
	cr_assert_eq(posix_spawn_file_actions_destroy(&actions), 0);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Runs git with arguments from a list. */
static int run_git(const char *first, va_list ap, struct str *out)
{
	const char *argv[32] = { "git", first };
	int n = 2;

	while ((argv[n] = va_arg(ap, const char *)) != NULL)
		cr_assert_lt(++n, 32);
	return run((char *const *)(uintptr_t)argv, out);
}

void scratch_leave(void)
{
	char *const argv[] = { (char[]){ "rm" }, (char[]){ "-rf" }, directory, NULL };
	AUTO_STR struct str out = STR_INIT;

	cr_assert_eq(chdir("/"), 0);
	cr_assert_eq(run(argv, &out), 0, "%s", out.ptr);
}

const char *scratch_directory(void)
{
	return directory;
}

void git(const char *first, ...)
{
	AUTO_STR struct str out = STR_INIT;
	va_list ap;
	int code;

	va_start(ap, first);
	code = run_git(first, ap, &out);
	va_end(ap);
	cr_assert_eq(code, 0, "git %s: %s", first, out.ptr);
}

char *git_output(const char *first, ...)
{
	AUTO_STR struct str out = STR_INIT;
	va_list ap;
	int code;

	va_start(ap, first);
	code = run_git(first, ap, &out);
	va_end(ap);
	cr_assert_eq(code, 0, "git %s: %s", first, out.ptr);
	while (out.len && out.ptr[out.len - 1] == '\n')
		out.ptr[--out.len] = '\0';
	return strndup(out.ptr, out.len);
}

int git_code(const char *first, ...)
{
	AUTO_STR struct str out = STR_INIT;
	va_list ap;
	int code;

	va_start(ap, first);
	code = run_git(first, ap, &out);
	va_end(ap);
	return code;
}

void expect_sound(void)
{
	AUTO_FREE char *said =
		git_output("fsck", "--strict", "--no-dangling", "--no-progress", NULL);

	cr_expect_str_empty(said, "%s", said);
}

void expect_clean(void)
{
	AUTO_FREE char *said = git_output("status", "--porcelain", NULL);

	cr_expect_str_empty(said, "%s", said);
}

void put(const char *path, const char *text)
{
	struct err err = ERR_INIT;
	FILE *f;

	cr_assert_eq(file_make_parents(path, &err), 0, "%s", err.reason);
	f = fopen(path, "w");
	cr_assert_not_null(f, "%s", path);
	cr_assert(fputs(text, f) >= 0);
	cr_assert_eq(fclose(f), 0);
}

char *get(const char *path)
{
	AUTO_STR struct str s = STR_INIT;
	struct err err = ERR_INIT;

	cr_assert_eq(file_read(path, FILE_MAX, &s, &err), 0, "%s: %s", path, err.reason);
	return strndup(s.ptr, s.len);
}

void expect_file(const char *path, const char *text)
{
	AUTO_FREE char *is = get(path);

	cr_expect_str_eq(is, text, "%s holds '%s', not '%s'", path, is, text);
}

void new_repo(void)
{
	git("init", "-q", NULL);
	put(".git/info/exclude", "/.gitconfig\n");
}

void commit_all(const char *message)
{
	git("add", "-A", NULL);
	git("commit", "-q", "--allow-empty", "-m", message, NULL);
}

struct oid oid_at(const char *revision)
{
	AUTO_FREE char *hex = git_output("rev-parse", "--verify", revision, NULL);
	struct oid id;

	for (size_t i = 0; i < sizeof(id.id); i++) {
		unsigned byte;

		cr_assert_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
		id.id[i] = (unsigned char)byte;
	}
	return id;
}

struct repo *open_here(void)
{
	struct err err = ERR_INIT;
	struct repo *r = NULL;

	cr_assert_eq(repo_open(&r, NULL, &err), 0, "%s", err.reason);
	return r;
}
