/*
 * record.h - one description of a struct's fields, from which it is read and written everywhere.
 *
 * A field's row contains where the field is, its kind and limits, and how it looks to each of its
 * readers: a file (`name`), the command line (`flag`, `letter`, `arg`, `help`), a table (`column`)
 * and JSON (`name` again). What is in one row cannot disagree.
 */
#ifndef GCB_BASE_RECORD_H
#define GCB_BASE_RECORD_H

#include "base/slice.h"

#include <stddef.h>

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

/* An array of structs; its owner is documented where it is made. */
struct rows {
	const void *items;
	size_t n;
};

enum field_flags {
	FIELD_REQUIRED = 1, /* in a file: must be there */
	FIELD_HIDDEN = 2,   /* not in help */
	FIELD_WIDE = 4,     /* its column only with -o wide */
	FIELD_NAME = 8,     /* what -o name prints */
	FIELD_OMIT = 16,    /* in JSON: left out when not set, empty or 0 */
	FIELD_OPTIONAL = 32 /* an option whose value may be left out: it is "auto" then */
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

/*
 * A row of an option: the struct and its member, the letter (0: none), the long name, what the
 * value is called in help, and the help.
 */
#define OPT_BOOL(type, member, short_name, long_name, text)                                        \
	{                                                                                          \
		.kind = VALUE_BOOL, .offset = offsetof(type, member), .flag = long_name,           \
		.letter = short_name, .help = text                                                 \
	}
#define OPT_STRING(type, member, short_name, long_name, value, text)                               \
	OPT_VALUE_(VALUE_STRING, type, member, short_name, long_name, value, text)
#define OPT_LIST(type, member, short_name, long_name, value, text)                                 \
	OPT_VALUE_(VALUE_LIST, type, member, short_name, long_name, value, text)
#define OPT_PAIRS(type, member, short_name, long_name, value, text)                                \
	OPT_VALUE_(VALUE_PAIRS, type, member, short_name, long_name, value, text)
#define OPT_VALUE_(what, type, member, short_name, long_name, value, text)                         \
	{                                                                                          \
		.kind = what, .offset = offsetof(type, member), .flag = long_name,                 \
		.letter = short_name, .arg = value, .help = text                                   \
	}

/* The same of a number from `least` to `most`. */
#define OPT_INT(type, member, short_name, long_name, value, least, most, text)                     \
	{                                                                                          \
		.kind = VALUE_INT, .offset = offsetof(type, member), .min = least, .max = most,    \
		.flag = long_name, .letter = short_name, .arg = value, .help = text                \
	}

/* A row that includes the options, or columns, of a struct inside this one. */
#define FIELD_PART(type, member, record)                                                           \
	{                                                                                          \
		.kind = VALUE_RECORD, .offset = offsetof(type, member), .of = record               \
	}

/*
 * A row of what is printed: the struct and its member, the key in JSON (NULL: none), the heading of
 * its column (NULL: none), flags. Numbers are from 0 to 1000000000.
 */
#define ROW_STRING(type, member, key, heading, bits)                                               \
	ROW_VALUE_(VALUE_STRING, type, member, key, heading, bits)
#define ROW_LIST(type, member, key, heading, bits)                                                 \
	ROW_VALUE_(VALUE_LIST, type, member, key, heading, bits)
#define ROW_BOOL(type, member, key, heading, bits)                                                 \
	ROW_VALUE_(VALUE_BOOL, type, member, key, heading, bits)
#define ROW_VALUE_(what, type, member, key, heading, bits)                                         \
	{                                                                                          \
		.name = key, .kind = what, .offset = offsetof(type, member), .column = heading,    \
		.flags = bits                                                                      \
	}
#define ROW_INT(type, member, key, heading, bits)                                                  \
	{                                                                                          \
		.name = key, .kind = VALUE_INT, .offset = offsetof(type, member), .min = 0,        \
		.max = 1000000000, .column = heading, .flags = bits                                \
	}

/* The same of an int that is an index into `words`. */
#define ROW_ENUM(type, member, key, heading, words)                                                \
	{                                                                                          \
		.name = key, .kind = VALUE_ENUM, .offset = offsetof(type, member),                 \
		.choices = words, .column = heading                                                \
	}

/* The same of a struct rows, whose items `record` describes; it has no column. */
#define ROW_ROWS(type, member, key, record, bits)                                                  \
	{                                                                                          \
		.name = key, .kind = VALUE_ROWS, .offset = offsetof(type, member), .of = record,   \
		.flags = bits                                                                      \
	}

/* The row behind the last one. */
#define FIELDS_END                                                                                 \
	{                                                                                          \
		.name = NULL                                                                       \
	}

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

/*
 * Has the field the same value in two structs? A record or rows: only if it is set in neither,
 * since their fields are compared one by one.
 */
bool field_equal(const struct field *f, const void *a, const void *b);

/*
 * Has the field a value to print: text and lists that are set, a number within its limits, a known
 * choice, any flag?
 */
bool field_has_value(const struct field *f, const void *base);

/* The row `i` of `rows`, which are structs of this record. */
const void *row_at(const struct record *of, struct rows rows, size_t i);

#endif
