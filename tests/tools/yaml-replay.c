/*
 * Runs what the fuzzers found worth keeping once more, without a fuzzer: yaml-replay FOLDER [-v]
 *
 * FOLDER/parse holds files, FOLDER/edit scripts of edits and files (tests/fuzz/fuzz.h). An input
 * that breaks something ends the program; with -v each is named before it is tried. The last line
 * is "N passed, 0 failed, 0 skipped".
 */
#include "base/alloc.h"
#include "base/file.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tries all files of a directory; returns how many. */
static size_t replay(const char *directory, const char *kind, bool verbose,
		     void (*input)(const uint8_t *data, size_t size))
{
	AUTO_STR struct str path = STR_INIT;
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	str_addf(&path, "%s/%s", directory, kind);
	dir = opendir(path.ptr);
	if (!dir)
		fatal("usage: yaml-replay FOLDER, which has the folders parse and edit");
	while ((entry = readdir(dir))) {
		AUTO_STR struct str file = STR_INIT, bytes = STR_INIT;
		struct err err = ERR_INIT;

		if (entry->d_name[0] == '.')
			continue;
		str_addf(&file, "%s/%s", path.ptr, entry->d_name);
		if (file_read(file.ptr, FILE_MAX, &bytes, &err) < 0)
			fatal(err.reason);
		if (verbose)
			(void)fprintf(stderr, "%s\n", file.ptr);
		input((const uint8_t *)bytes.ptr, bytes.len);
		n++;
	}
	(void)closedir(dir);
	return n;
}

int main(int argc, char **argv)
{
	size_t n;

	bool verbose = argc == 3 && !strcmp(argv[2], "-v");

	if (argc != 2 && !verbose)
		fatal("usage: yaml-replay FOLDER, which has the folders parse and edit");
	n = replay(argv[1], "parse", verbose, fuzz_parse);
	n += replay(argv[1], "edit", verbose, fuzz_edit);
	(void)printf("%zu passed, 0 failed, 0 skipped\n", n);
	return n ? 0 : 1;
}
