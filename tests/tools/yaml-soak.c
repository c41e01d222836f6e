/*
 * Tries the editor on random files and edits: yaml-soak [--cases N | --seconds N] [--seed N]
 * [--source NAME] [FOLDER...]
 *
 * Sources: layouts (files in random layouts), bytes (random bytes and words), and, when folders are
 * named, mutations (of their files, which are also taken as they are). Without --source all take
 * turns. Case number i of a run depends on seed + i alone, so that
 * `--seed S --cases 1` runs one again; after a failure it is made as small as can be and shown. A
 * run with --seconds takes its first seed from the clock and reports its progress each minute. In
 * each case the results of edits are edited on, up to 20 times.
 *
 * The last line is "N passed, N failed, N skipped".
 */
#include "base/alloc.h"
#include "base/file.h"
#include "tests/properties/property.h"
#include "tests/properties/sources.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SCRIPT = 48, ROUNDS = 20, SHOWN = 3 };

struct soak {
	struct sources *sources;
	struct tally tally;
	unsigned long cases, failed;
	const char *source; /* NULL: all */
};

/* For the report of a crash. */
static unsigned long present;

static void on_crash(int sig)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "crash in --seed %lu\n", present);

	if (write(STDERR_FILENO, text, (size_t)n) < 0)
		_exit(2);
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

/* --- making a failure small ----------------------------------------------- */

/* Does this file with this script still fail? */
static bool fails(struct slice bytes, struct slice script)
{
	AUTO_STR struct str out = STR_INIT, why = STR_INIT;
	struct tally ignored = { 0 };

	return !property_parse(bytes, &ignored, &why) ||
	       !property_edit(bytes, script, &ignored, &out, &why);
}

/* Cuts `width` bytes out wherever it fails without them as well; with `line`, only whole lines. */
static bool cut(struct str *bytes, struct slice script, size_t width)
{
	bool any = false;

	for (size_t at = 0; at + width <= bytes->len;) {
		AUTO_STR struct str less = STR_INIT;

		str_add(&less, slice_sub(str_slice(bytes), 0, at));
		str_add(&less, slice_sub(str_slice(bytes), at + width, bytes->len));
		if (!fails(str_slice(&less), script)) {
			at++;
			continue;
		}
		bytes->len = 0;
		str_add(bytes, str_slice(&less));
		any = true;
	}
	return any;
}

/*
 * Makes the script's bytes zero, which is the simplest that can be drawn, wherever it fails so as
 * well.
 */
static bool calm(struct slice bytes, struct str *script)
{
	bool any = false;

	for (size_t i = 0; i < script->len; i++) {
		char was = script->ptr[i];

		script->ptr[i] = 0;
		if (was && !fails(bytes, str_slice(script)))
			script->ptr[i] = was;
		any = any || was != script->ptr[i];
	}
	return any;
}

static void make_small(struct str *bytes, struct str *script)
{
	bool again = true;

	while (again) {
		again = calm(str_slice(bytes), script);
		for (size_t width = bytes->len / 2; width; width /= 2)
			again = cut(bytes, str_slice(script), width) || again;
	}
}

/* Shows a failure: the small file and why. */
static void show(struct soak *s, unsigned long seed, const char *source, struct slice bytes,
		 struct slice script)
{
	AUTO_STR struct str small = STR_INIT, rest = STR_INIT, out = STR_INIT, why = STR_INIT;

	if (++s->failed > SHOWN)
		return;
	str_add(&small, bytes);
	str_add(&rest, script);
	make_small(&small, &rest);
	if (property_parse(str_slice(&small), &s->tally, &why))
		(void)property_edit(str_slice(&small), str_slice(&rest), &s->tally, &out, &why);
	(void)printf("FAILED --seed %lu --source %s --cases 1\n%s\n--- the file, made small:\n",
		     seed, source, why.ptr);
	(void)fwrite(small.ptr, 1, small.len, stdout);
	(void)printf("--- and what came out:\n%s---\n", out.ptr);
	(void)fflush(stdout);
}

/* --- cases ---------------------------------------------------------------- */

static void run_case(struct soak *s, unsigned long seed)
{
	AUTO_STR struct str bytes = STR_INIT;
	uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
	const char *source = sources_make(s->sources, s->source, seed, &state, &bytes);

	present = seed;
	s->cases++;
	for (int round = 0; round < ROUNDS; round++) {
		AUTO_STR struct str out = STR_INIT, why = STR_INIT;
		char script[SCRIPT];

		for (size_t i = 0; i < SCRIPT; i++)
			script[i] = (char)sources_random(&state, 256);
		if (!property_parse(str_slice(&bytes), &s->tally, &why) ||
		    !property_edit(str_slice(&bytes), (struct slice){ script, SCRIPT }, &s->tally,
				   &out, &why)) {
			show(s, seed, source, str_slice(&bytes), (struct slice){ script, SCRIPT });
			return;
		}
		if (!out.len)
			continue; /* refused: the same file, another edit */
		bytes.len = 0;
		str_add(&bytes, str_slice(&out));
	}
}

static void figures(const struct soak *s, time_t begin)
{
	(void)printf("%lds: %lu cases; %lu files read, %lu refused; %lu edits made, %lu refused; "
		     "%lu failed\n",
		     (long)(time(NULL) - begin), s->cases, s->tally.parsed, s->tally.unreadable,
		     s->tally.edited, s->tally.refused, s->failed);
	(void)fflush(stdout);
}

/* Runs until the time is over. */
static void run_for(struct soak *s, unsigned long seed, long seconds)
{
	time_t begin = time(NULL), said = begin;

	while (time(NULL) - begin < seconds) {
		run_case(s, seed++);
		if (time(NULL) - said < 60)
			continue;
		said = time(NULL);
		figures(s, begin);
	}
}

static void usage(void)
{
	fatal("usage: yaml-soak [--cases N | --seconds N] [--seed N] [--source NAME] [FOLDER...]");
}

int main(int argc, char **argv)
{
	struct soak s = { .sources = sources_new() };
	long cases = 1000, seconds = 0;
	unsigned long seed = 1;
	time_t begin = time(NULL);
	bool seeded = false;
	int skipped = 0;

	for (int i = 1; i < argc; i++) {
		const char *value = argv[i][0] == '-' ? argv[++i] : NULL,
			   *name = argv[i - (value != NULL)];

		if (name[0] != '-') {
			skipped += !sources_add_folder(s.sources, name);
		} else if (!value) {
			usage();
		} else if (!strcmp(name, "--cases")) {
			cases = strtol(value, NULL, 10);
		} else if (!strcmp(name, "--seconds")) {
			seconds = strtol(value, NULL, 10);
		} else if (!strcmp(name, "--seed")) {
			seed = strtoul(value, NULL, 10);
			seeded = true;
		} else if (!strcmp(name, "--source")) {
			s.source = value;
		} else {
			usage();
		}
	}
	(void)signal(SIGABRT, on_crash);
	(void)signal(SIGSEGV, on_crash);
	if (seconds)
		run_for(&s, seeded ? seed : (unsigned long)begin * 1000, seconds);
	for (long i = 0; !seconds && i < cases; i++)
		run_case(&s, seed + (unsigned long)i);
	figures(&s, begin);
	if (skipped)
		(void)printf("folders without files to mutate: %d\n", skipped);
	(void)printf("%lu passed, %lu failed, %d skipped\n", s.cases - s.failed, s.failed, skipped);
	sources_free(s.sources);
	return s.failed != 0;
}
