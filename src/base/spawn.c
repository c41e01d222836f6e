#include "base/spawn.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Are "NAME=value" and `entry` ("NAME=value" or "NAME") about the same variable? */
static bool same_variable(const char *set, const char *entry)
{
	size_t len = strcspn(entry, "=");

	return strcspn(set, "=") == len && !strncmp(set, entry, len);
}

/*
 * Our environment, changed by the entries. The caller frees the list; its texts are borrowed.
 */
static char **merge_environment(const char *const *entries, bool only)
{
	size_t n = 0, extra = 0, have = 0;
	char **list;

	while (!only && environ && environ[have])
		have++;
	while (entries && entries[extra])
		extra++;
	list = xrealloc_array(NULL, have + extra + 1, sizeof(*list));
	for (size_t i = 0; i < have; i++) {
		bool replaced = false;

		for (size_t k = 0; k < extra && !replaced; k++)
			replaced = same_variable(environ[i], entries[k]);
		if (!replaced)
			list[n++] = environ[i];
	}
	for (size_t k = 0; k < extra; k++)
		if (strchr(entries[k], '='))
			list[n++] = (char *)(uintptr_t)entries[k];
	list[n] = NULL;
	return list;
}

/* What the child does before exec: descriptors and directory. */
static int fill_actions(const struct spawn *s, posix_spawn_file_actions_t *actions)
{
	int failed = s->fds[STDIN_FILENO] < 0 ?
			     posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null",
							      O_RDONLY, 0) :
			     posix_spawn_file_actions_adddup2(actions, s->fds[STDIN_FILENO],
							      STDIN_FILENO);

	if (!failed)
		failed = posix_spawn_file_actions_adddup2(actions, s->fds[STDOUT_FILENO],
							  STDOUT_FILENO);
	if (!failed)
		failed = posix_spawn_file_actions_adddup2(actions, s->fds[STDERR_FILENO],
							  STDERR_FILENO);
	if (!failed && s->directory >= 0)
		failed = posix_spawn_file_actions_addfchdir_np(actions, s->directory);
	return failed;
}

/* Signals and process group of the child. */
static int fill_attributes(const struct spawn *s, posix_spawnattr_t *attributes)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t defaults;

	(void)sigemptyset(&defaults);
	(void)sigaddset(&defaults, SIGPIPE);
	(void)sigaddset(&defaults, SIGCHLD);
	if (s->group)
		flags |= POSIX_SPAWN_SETPGROUP;
	return posix_spawnattr_setflags(attributes, flags) ||
	       posix_spawnattr_setsigmask(attributes, s->mask) ||
	       posix_spawnattr_setsigdefault(attributes, &defaults);
}

/* Runs sh with the script and its arguments. */
static int spawn_script(pid_t *pid, const struct spawn *s,
			const posix_spawn_file_actions_t *actions,
			const posix_spawnattr_t *attributes, char **env)
{
	AUTO_FREE const char **argv = NULL;
	size_t n = 0;

	while (s->argv[n])
		n++;
	argv = xrealloc_array(NULL, n + 2, sizeof(*argv));
	argv[0] = "sh";
	argv[1] = s->file;
	memcpy(argv + 2, s->argv + 1, n * sizeof(*argv));
	return posix_spawn(pid, "/bin/sh", actions, attributes, (char *const *)(uintptr_t)argv,
			   env);
}

/*
 * Lowers the soft limit of the address space of a child to `max` bytes. It is that of the child and
 * not ours, which the child would inherit: our own address space may be larger.
 */
static void limit_memory(pid_t pid, size_t max)
{
	struct rlimit limit;

	if (prlimit(pid, RLIMIT_AS, NULL, &limit) < 0 || limit.rlim_cur <= max)
		return;
	limit.rlim_cur = max;
	(void)prlimit(pid, RLIMIT_AS, &limit, NULL);
}

int process_spawn(pid_t *pid, const struct spawn *s)
{
	AUTO_FREE char **env = merge_environment(s->env, s->only_env);
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int failed;

	if (posix_spawn_file_actions_init(&actions))
		fatal("out of memory");
	if (posix_spawnattr_init(&attributes) || fill_actions(s, &actions) ||
	    fill_attributes(s, &attributes))
		fatal("out of memory");
	failed = posix_spawn(pid, s->file, &actions, &attributes, (char *const *)(uintptr_t)s->argv,
			     env);
	if (failed == ENOEXEC)
		failed = spawn_script(pid, s, &actions, &attributes, env);
	if (!failed && s->memory_max)
		limit_memory(*pid, s->memory_max);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return failed;
}
