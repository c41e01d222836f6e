#include "base/process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is it a file that may be executed? 0, or why not. */
static int check_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return access(path, X_OK) == 0 ? 0 : errno;
}

/* A path with a slash: made absolute, since the program may work in another folder. */
static int find_path(const char *name, struct str *out, struct err *err)
{
	char *here = name[0] == '/' ? NULL : getcwd(NULL, 0);
	int why = check_file(name);

	if (!why) {
		str_adds(out, here ? here : "");
		str_adds(out, here ? "/" : "");
		str_adds(out, name);
	}
	free(here);
	errno = why;
	if (why == ENOENT || why == ENOTDIR)
		return err_os(err, &CODE_program_missing, place_of(name),
			      "the program cannot be run");
	return why ? err_os(err, &CODE_program_denied, place_of(name),
			    "the program cannot be run") :
		     0;
}

int process_find(const char *name, struct str *out, struct err *err)
{
	struct slice rest = slice_of(getenv("PATH")), folder;
	AUTO_STR struct str path = STR_INIT;
	AUTO_STR struct str denied = STR_INIT;

	if (strchr(name, '/'))
		return find_path(name, out, err);
	while (name[0] && slice_next(&rest, ':', &folder)) {
		int why;

		if (!slice_starts(folder, SLICE("/")))
			continue;
		str_clear(&path);
		str_add(&path, folder);
		str_addc(&path, '/');
		str_adds(&path, name);
		why = check_file(path.ptr);
		if (!why) {
			str_add(out, str_slice(&path));
			return 0;
		}
		if (why == EACCES && !denied.len)
			str_add(&denied, str_slice(&path));
	}
	if (denied.len)
		return err_set(err, &CODE_program_denied, place_of(denied.ptr),
			       "the program cannot be executed");
	return err_set(err, &CODE_program_missing, NOWHERE, "the program '%s' is not in PATH",
		       name);
}

struct slice process_last_words(const struct process_result *r, struct arena *arena)
{
	struct slice rest = str_slice(&r->err), line, last = SLICE("");
	AUTO_STR struct str text = STR_INIT;

	while (slice_next(&rest, '\n', &line))
		if (slice_trim(line).len)
			last = slice_trim(line);
	if (slice_starts(last, SLICE("error: ")))
		last = slice_sub(last, 7, last.len);
	str_add_visible(&text, slice_sub(last, 0, 400), false);
	return arena_copy(arena, str_slice(&text));
}
