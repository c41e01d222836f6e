#include "base/process_find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is it an executable file? Returns 0, or the errno of the reason. */
static int check_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return access(path, X_OK) == 0 ? 0 : errno;
}

/* Makes a path absolute, since the program may work in another directory. */
static int find_path(const char *name, struct str *out, struct err *err)
{
	char *current = name[0] == '/' ? NULL : getcwd(NULL, 0);
	int why = check_file(name);

	if (!why) {
		str_adds(out, current ? current : "");
		str_adds(out, current ? "/" : "");
		str_adds(out, name);
	}
	free(current);
	errno = why;
	if (why == ENOENT || why == ENOTDIR)
		return err_os(err, &CODE_program_missing, place_of(name), "cannot run the program");
	return why ? err_os(err, &CODE_program_denied, place_of(name), "cannot run the program") :
		     0;
}

int process_find(const char *name, struct str *out, struct err *err)
{
	struct slice rest = slice_of(getenv("PATH")), directory;
	AUTO_STR struct str path = STR_INIT;
	AUTO_STR struct str denied = STR_INIT;

	if (strchr(name, '/'))
		return find_path(name, out, err);
	while (name[0] && slice_next(&rest, ':', &directory)) {
		int why;

		if (!slice_starts(directory, SLICE("/")))
			continue;
		str_clear(&path);
		str_add(&path, directory);
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
			       "cannot execute the program");
	return err_set(err, &CODE_program_missing, NOWHERE, "program '%s' not found in PATH", name);
}
