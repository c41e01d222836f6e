/*
 * record.h - one description of a struct's fields, from which it is read and written everywhere.
 *
 * A field's row says where the field lies, its kind and limits, and how it looks to each of its
 * readers: a file (`name`), the command line (`flag`, `letter`, `arg`, `help`), a table (`column`)
 * and JSON (`name` again). What stands in one row cannot disagree.
 */
#ifndef GCB_BASE_RECORD_H
#define GCB_BASE_RECORD_H

#include "base/slice.h"

struct record;

enum value_kind {
	VALUE_STRING, /* struct slice; absent: not set */
	VALUE_INT,    /* long, `min` to `max`; what "not set" is, is the default in the struct */
	VALUE_BOOL,   /* bool */
	VALUE_ENUM,   /* int: index into `choices` */
	VALUE_LIST,   /* struct slices; n 0: not set */
	VALUE_PAIRS,  /* struct pairs */
	VALUE_RECORD, /* a struct in place, described by `of` */
	VALUE_ROWS    /* struct rows of structs described by `of` */
};

/* An array of structs; who owns it is said where it is made. */
struct rows {
	const void *items;
	size_t n;
};

enum field_flags {
	FIELD_REQUIRED = 1, /* in a file: must be there */
	FIELD_HIDDEN = 2,   /* not in help */
	FIELD_WIDE = 4,     /* its column only with -o wide */
	FIELD_NAME = 8,     /* what -o name prints */
	FIELD_OMIT = 16     /* in JSON: left out when not set, empty or 0 */
};

struct field {
	const char *name; /* in files and JSON; NULL: neither */
	enum value_kind kind;
	size_t offset;
	const struct record *of; /* of VALUE_RECORD and VALUE_ROWS */
	const char *const
		*choices; /* of VALUE_ENUM (and of a VALUE_STRING that has some); NULL-terminated */
	long min, max;    /* of VALUE_INT */
	const char *flag; /* long option without "--"; NULL: none */
	char letter;      /* short option; 0: none */
	const char
		*arg; /* what the option's value is called in help: "HOST"; NULL with VALUE_BOOL */
	const char *help;   /* one sentence without a full stop, upper case first, as kubectl's */
	const char *column; /* table heading: "STAGE"; NULL: no column */
	unsigned flags;
};

/* A struct and its fields, ended by a row of zeros. */
struct record {
	const char *kind; /* JSON kind of a list's item or a whole document; NULL for parts */
	size_t size;
	const struct field *fields;
};

/* Where the field of a struct is. */
#define FIELD_AT(type, base, field) ((type *)(void *)((char *)(uintptr_t)(base) + (field)->offset))

/*
 * Is this the row of zeros behind the last field? (A row with nothing but `of` is a part whose
 * fields count as the record's own.)
 */
bool field_ends(const struct field *f);

/*
 * Is the field set: text or list not empty, number not 0, flag on, choice not the first, any field
 * of a record set?
 */
bool field_is_set(const struct field *f, const void *base);

#endif
