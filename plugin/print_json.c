#include "plugin/print_json.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "plugin/print.h"
#include "yaml/yaml.h"

#include <cjson/cJSON.h>
#include <string.h>

static cJSON *add_fields(const struct record *of, const void *base, cJSON *into);

/* A cJSON value; ends the program if it could not be allocated. */
static cJSON *require_json(cJSON *value)
{
	if (!value)
		fatal("out of memory");
	return value;
}

/* Appends text as UTF-8 without NUL, which is what cJSON can take: other bytes become U+FFFD. */
static void add_clean(struct str *out, struct slice text)
{
	for (size_t i = 0; i < text.len;) {
		uint32_t c = 0;
		size_t n = utf8_decode(slice_sub(text, i, 4), &c);

		if (n && c)
			str_add(out, slice_sub(text, i, n));
		else
			str_adds(out, "\xef\xbf\xbd");
		i += n ? n : 1;
	}
}

static cJSON *make_string(struct slice text)
{
	AUTO_STR struct str clean = STR_INIT;

	if (!text.ptr)
		return require_json(cJSON_CreateNull());
	add_clean(&clean, text);
	return require_json(cJSON_CreateString(clean.ptr));
}

/* All digits, where cJSON's own numbers would turn to exponents. */
static cJSON *make_number(long number)
{
	AUTO_STR struct str digits = STR_INIT;

	str_addf(&digits, "%ld", number);
	return require_json(cJSON_CreateRaw(digits.ptr));
}

static cJSON *make_list(struct slices list)
{
	cJSON *array = require_json(cJSON_CreateArray());

	for (size_t i = 0; i < list.n; i++)
		cJSON_AddItemToArray(array, make_string(list.items[i]));
	return array;
}

/* Sets a key; if a key comes again, the last value counts. */
static void set_key(cJSON *object, const char *key, cJSON *value)
{
	cJSON_DeleteItemFromObjectCaseSensitive(object, key);
	if (!cJSON_AddItemToObject(object, key, value))
		fatal("out of memory");
}

static cJSON *make_pairs(struct pairs list)
{
	cJSON *object = require_json(cJSON_CreateObject());

	for (size_t i = 0; i < list.n; i++) {
		AUTO_STR struct str key = STR_INIT;

		add_clean(&key, list.items[i].key);
		set_key(object, key.ptr, make_string(list.items[i].value));
	}
	return object;
}

static cJSON *make_rows(const struct record *of, struct rows rows)
{
	cJSON *array = require_json(cJSON_CreateArray());

	for (size_t i = 0; i < rows.n; i++)
		cJSON_AddItemToArray(array, add_fields(of, row_at(of, rows, i),
						       require_json(cJSON_CreateObject())));
	return array;
}

/* The field's value; null when a single one is not there. */
static cJSON *make_value(const struct field *f, const void *base)
{
	switch (f->kind) {
	case VALUE_STRING:
		return make_string(*FIELD_AT(struct slice, base, f));
	case VALUE_INT:
		return field_has_value(f, base) ? make_number(*FIELD_AT(long, base, f)) :
						  require_json(cJSON_CreateNull());
	case VALUE_BOOL:
		return require_json(cJSON_CreateBool(*FIELD_AT(bool, base, f)));
	case VALUE_ENUM:
		return make_string(field_has_value(f, base) ?
					   slice_of(f->choices[*FIELD_AT(int, base, f)]) :
					   SLICE_NONE);
	case VALUE_LIST:
		return make_list(*FIELD_AT(struct slices, base, f));
	case VALUE_PAIRS:
		return make_pairs(*FIELD_AT(struct pairs, base, f));
	case VALUE_RECORD:
		return add_fields(f->of, FIELD_AT(char, base, f),
				  require_json(cJSON_CreateObject()));
	case VALUE_ROWS:
		return make_rows(f->of, *FIELD_AT(struct rows, base, f));
	}
	return require_json(cJSON_CreateNull());
}

/* Adds the fields that have a name to `into`, and returns it. */
static cJSON *add_fields(const struct record *of, const void *base, cJSON *into)
{
	for (const struct field *f = of->fields; !field_ends(f); f++) {
		bool omit = (f->flags & FIELD_OMIT) &&
			    (!field_is_set(f, base) || !field_has_value(f, base));

		if (f->name && !omit)
			set_key(into, f->name, make_value(f, base));
		else if (!f->name && f->kind == VALUE_RECORD)
			(void)add_fields(f->of, FIELD_AT(char, base, f), into);
	}
	return into;
}

/* The whole document. */
static cJSON *make_document(const struct record *of, struct rows rows,
			    const struct print_also *also)
{
	cJSON *doc = require_json(cJSON_CreateObject());
	AUTO_STR struct str kind = STR_INIT;

	str_addf(&kind, "%sList", of->kind ? of->kind : "");
	set_key(doc, "apiVersion", make_string(SLICE(GCB_API_VERSION)));
	set_key(doc, "kind", make_string(str_slice(&kind)));
	set_key(doc, "items", make_rows(of, rows));
	if (also->of)
		(void)add_fields(also->of, also->base, doc);
	return doc;
}

/*
 * Appends the code point at the start of `text`, which is UTF-8, as an escape; returns its length.
 * Above U+FFFF JSON takes two surrogates, YAML an escape of its own.
 */
static size_t add_escape(struct str *out, struct slice text, bool yaml)
{
	uint32_t c = 0xfffd;
	size_t n = utf8_decode(text, &c);

	if (c <= 0xffff)
		str_addf(out, "\\u%04x", (unsigned)c);
	else if (yaml)
		str_addf(out, "\\U%08x", (unsigned)c);
	else
		str_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (c >> 10)),
			 (unsigned)(0xdc00 + (c & 0x3ff)));
	return n ? n : 1;
}

/*
 * Appends a value that is not an object or array as cJSON writes it, with escapes for what a
 * terminal must not be given: cJSON has them only for controls below U+0020.
 */
static void add_scalar(struct str *out, const cJSON *value, bool yaml)
{
	char *text = cJSON_PrintUnformatted(value);
	struct slice rest = slice_of(text);

	if (!text)
		fatal("out of memory");
	while (rest.len) {
		size_t n = str_visible_prefix(rest, false);

		str_add(out, slice_sub(rest, 0, n));
		rest = slice_sub(rest, n, rest.len);
		if (rest.len)
			rest = slice_sub(rest, add_escape(out, rest, yaml), rest.len);
	}
	cJSON_free(text);
}

static void add_key(struct str *out, const char *key)
{
	cJSON *name = make_string(slice_of(key));

	add_scalar(out, name, false);
	cJSON_Delete(name);
}

/* Appends a value; its inner lines are indented by two more blanks than `indent`. */
static void add_json(struct str *out, const cJSON *value, size_t indent)
{
	bool object = cJSON_IsObject(value);

	if (!object && !cJSON_IsArray(value)) {
		add_scalar(out, value, false);
		return;
	}
	str_addc(out, object ? '{' : '[');
	for (const cJSON *item = value->child; item; item = item->next) {
		str_adds(out, item == value->child ? "\n" : ",\n");
		str_fill(out, ' ', indent + 2);
		if (object) {
			add_key(out, item->string);
			str_adds(out, ": ");
		}
		add_json(out, item, indent + 2);
	}
	if (value->child) {
		str_addc(out, '\n');
		str_fill(out, ' ', indent);
	}
	str_addc(out, object ? '}' : ']');
}

/* Appends a text as YAML, quoted where it has to be, or where it is not fit for a terminal. */
static void add_yaml_text(struct str *out, const char *text)
{
	cJSON *value;

	if (str_visible_prefix(slice_of(text), true) == strlen(text)) {
		yaml_write_string(out, slice_of(text), false);
		return;
	}
	value = make_string(slice_of(text));
	add_scalar(out, value, true);
	cJSON_Delete(value);
}

/*
 * Appends a value behind "key:" or "-", as kubectl lays YAML out: dashes are under their key,
 * entries of an item behind its dash.
 */
static void add_yaml(struct str *out, const cJSON *value, size_t indent, bool behind_dash)
{
	bool object = cJSON_IsObject(value), first = true;

	if (cJSON_IsString(value)) {
		str_addc(out, ' ');
		add_yaml_text(out, value->valuestring);
	} else if (!value->child) {
		str_addc(out, ' ');
		add_scalar(out, value, true);
	}
	if (cJSON_IsString(value) || !value->child) {
		str_addc(out, '\n');
		return;
	}
	str_addc(out, behind_dash ? ' ' : '\n');
	for (const cJSON *item = value->child; item; item = item->next) {
		bool list = cJSON_IsArray(item);

		str_fill(out, ' ', first && behind_dash ? 0 : indent);
		first = false;
		if (object)
			add_yaml_text(out, item->string);
		str_addc(out, object ? ':' : '-');
		add_yaml(out, item, object && list ? indent : indent + 2, !object && item->child);
	}
}

void print_json(const struct record *of, struct rows rows, const struct print_also *also,
		struct str *out)
{
	cJSON *doc = make_document(of, rows, also);

	add_json(out, doc, 0);
	str_addc(out, '\n');
	cJSON_Delete(doc);
}

/* The document's own entries are written as if they were behind a dash, which is left out. */
void print_yaml(const struct record *of, struct rows rows, const struct print_also *also,
		struct str *out)
{
	AUTO_STR struct str text = STR_INIT;
	cJSON *doc = make_document(of, rows, also);

	add_yaml(&text, doc, 0, true);
	str_add(out, slice_sub(str_slice(&text), 1, text.len));
	cJSON_Delete(doc);
}
