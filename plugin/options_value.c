#include "plugin/options_internal.h"

#include <string.h>

/* What the storing functions pass around. */
struct storing {
	const struct app *app;
	const struct command *cmd;
	const struct field *field;
	void *base; /* of the struct that holds the field */
	bool first; /* the option's first value on the command line */
	struct err *err;
};

/* A bad value: "option '--to-port': 'x' is not ...". */
static int bad_value(const struct storing *s, struct slice value, const char *what)
{
	return options_refuse(s->app, s->cmd, s->err, "option '--%s': '%" SLICE_FMT "' is %s",
			      s->field->flag, SLICE_ARG(option_shown(s->app, value)), what);
}

/* The index of `value` in the field's words, or -1. */
static int choice_index(const struct field *f, struct slice value)
{
	for (int i = 0; f->choices[i]; i++)
		if (slice_is(value, f->choices[i]))
			return i;
	return -1;
}

/* Refuses a value that is none of the field's words, in kubectl's phrase where kubectl has one. */
static int bad_choice(const struct storing *s, struct slice value)
{
	AUTO_STR struct str words = STR_INIT;
	struct slice near[16];
	size_t n = 0;

	if (s->field == output_options.fields)
		return options_refuse(
			s->app, s->cmd, s->err,
			"unable to match a printer suitable for the output format \"%" SLICE_FMT
			"\", allowed formats are: json,name,wide,yaml",
			SLICE_ARG(option_shown(s->app, value)));
	for (size_t i = 0; s->field->choices[i]; i++) {
		str_addf(&words, "%s%s", i ? ", " : "none of ", s->field->choices[i]);
		if (n < sizeof(near) / sizeof(near[0]))
			near[n++] = slice_of(s->field->choices[i]);
	}
	str_add(&words, did_you_mean(s->app->arena, "", value, near, n));
	return bad_value(s, value, words.ptr);
}

static int store_string(const struct storing *s, struct slice value)
{
	if (s->field->choices && choice_index(s->field, value) < 0)
		return bad_choice(s, value);
	*FIELD_AT(struct slice, s->base, s->field) = value;
	return 0;
}

static int store_int(const struct storing *s, struct slice value)
{
	const struct field *f = s->field;

	if (parse_int(value, f->min, f->max, FIELD_AT(long, s->base, f)))
		return 0;
	return bad_value(
		s, value,
		arena_printf(s->app->arena, "not a whole number from %ld to %ld", f->min, f->max)
			.ptr);
}

static int store_bool(const struct storing *s, struct slice value)
{
	if (!slice_is(value, "true") && !slice_is(value, "false"))
		return bad_value(s, value, "neither true nor false");
	*FIELD_AT(bool, s->base, s->field) = slice_is(value, "true");
	return 0;
}

static int store_enum(const struct storing *s, struct slice value)
{
	int i = choice_index(s->field, value);

	if (i < 0)
		return bad_choice(s, value);
	*FIELD_AT(int, s->base, s->field) = i;
	return 0;
}

/*
 * Room for one more behind `n` items: lists have 8, 16, 32 ... places, so the number of items tells
 * when one is full.
 */
static void *room(struct arena *arena, void *items, size_t n, size_t size)
{
	void *more;

	if (n && (n < 8 || (n & (n - 1))))
		return items;
	more = arena_array(arena, n ? n * 2 : 8, size);
	if (n)
		memcpy(more, items, n * size);
	return more;
}

/* Adds the pieces between commas. */
static int store_list(const struct storing *s, struct slice value)
{
	struct slices list = { NULL, 0 };
	struct slice rest = value, piece;

	if (!s->first)
		list = *FIELD_AT(struct slices, s->base, s->field);
	while (slice_next(&rest, ',', &piece)) {
		if (!piece.len)
			return bad_value(s, value, "a list with an empty item");
		list.items = room(s->app->arena, list.items, list.n, sizeof(*list.items));
		list.items[list.n++] = piece;
	}
	*FIELD_AT(struct slices, s->base, s->field) = list;
	return 0;
}

/* Adds KEY=VALUE, or gives the key another value. */
static int store_pair(const struct storing *s, struct slice value)
{
	struct pairs *list = FIELD_AT(struct pairs, s->base, s->field);
	size_t at = slice_find_byte(value, '='), i = 0;
	struct slice key = slice_sub(value, 0, at);

	if (at == SIZE_MAX || !at)
		return bad_value(s, value,
				 arena_printf(s->app->arena, "not %s", s->field->arg).ptr);
	if (s->first)
		*list = (struct pairs){ NULL, 0 };
	while (i < list->n && !slice_eq(list->items[i].key, key))
		i++;
	if (i == list->n) {
		list->items = room(s->app->arena, list->items, list->n, sizeof(*list->items));
		list->n++;
	}
	list->items[i] = (struct pair){ key, slice_sub(value, at + 1, value.len) };
	return 0;
}

int option_store(const struct app *app, const struct command *cmd, struct option *o,
		 struct slice value, void *context, struct err *err)
{
	const struct storing s = { app, cmd, o->field, (char *)context + o->base, !o->seen, err };

	o->seen = true;
	if (!value.len)
		return options_refuse(app, cmd, err, "option '--%s' has an empty value",
				      o->field->flag);
	switch (o->field->kind) {
	case VALUE_STRING:
		return store_string(&s, value);
	case VALUE_INT:
		return store_int(&s, value);
	case VALUE_BOOL:
		return store_bool(&s, value);
	case VALUE_ENUM:
		return store_enum(&s, value);
	case VALUE_LIST:
		return store_list(&s, value);
	case VALUE_PAIRS:
		return store_pair(&s, value);
	case VALUE_RECORD:
	case VALUE_ROWS:
		break;
	}
	return err_set(err, &CODE_bug, NOWHERE, "option '--%s' is of a kind that no option can be",
		       o->field->flag);
}
