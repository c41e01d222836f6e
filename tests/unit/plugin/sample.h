/*
 * sample.h - one record with every kind of value, and a command that has it as its options.
 */
#ifndef GCB_TESTS_UNIT_PLUGIN_SAMPLE_H
#define GCB_TESTS_UNIT_PLUGIN_SAMPLE_H

#include "plugin/app.h"
#include "plugin/command.h"

#include <criterion/criterion.h>
#include <string.h>

struct sample_part {
	struct slice host;
	long port;
};

struct sample {
	struct common common;
	struct slice name;
	struct sample_part from;
	long percent;
	bool all;
	int mode;
	struct slices stages;
	struct pairs allow;
	struct slice verb;
	struct rows parts;
	bool hidden;
};

extern const struct record sample_part_record, sample_record;
extern const struct command sample_command; /* migrate sample NAME... */

/* An app with sample_command whose streams are memory, and a way to read them. */
struct stage_app {
	struct app app;
	char *out, *err;
	size_t out_len, err_len;
};

void stage_open(struct stage_app *s);
void stage_flush(struct stage_app *s);
void stage_close(struct stage_app *s);

/* The number of words in a NULL-terminated list, as argc, and the words as main gets them. */
int words_count(const char *const *words);
char *const *words_argv(const char *const *words);

/* The words as options_parse gets them, in the arena of the app. */
struct slices words_slices(const struct stage_app *s, const char *const *words);

/* Asserts that `text` contains `part`. */
void assert_has(const char *row, const char *text, const char *part);

#endif
