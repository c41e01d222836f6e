#include "plugin/print_internal.h"

#include "base/alloc.h"
#include "base/utf8.h"
#include "yaml/yaml.h"

#include <cjson/cJSON.h>
#include <string.h>

static cJSON *record_json(const struct record *of, const void *base, cJSON *into);

/* A cJSON value, or the end of the program: it could not be allocated. */
static cJSON *had(cJSON *value)
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

static cJSON *string_json(struct slice text)
{
	AUTO_STR struct str clean = STR_INIT;

	if (!text.ptr)
		return had(cJSON_CreateNull());
	add_clean(&clean, text);
	return had(cJSON_CreateString(clean.ptr));
}

/* All digits, where cJSON's own numbers would turn to exponents. */
static cJSON *number_json(long number)
{
	AUTO_STR struct str digits = STR_INIT;

	str_addf(&digits, "%ld", number);
	return had(cJSON_CreateRaw(digits.ptr));
}

static cJSON *list_json(struct slices list)
{
	cJSON *array = had(cJSON_CreateArray());

	for (size_t i = 0; i < list.n; i++)
		cJSON_AddItemToArray(array, string_json(list.items[i]));
	return array;
}

/* Puts a value under a key; of a key that comes again the last one stays. */
static void put(cJSON *object, const char *key, cJSON *value)
{
	cJSON_DeleteItemFromObjectCaseSensitive(object, key);
	if (!cJSON_AddItemToObject(object, key, value))
		fatal("out of memory");
}

static cJSON *pairs_json(struct pairs list)
{
	cJSON *object = had(cJSON_CreateObject());

	for (size_t i = 0; i < list.n; i++) {
		AUTO_STR struct str key = STR_INIT;

		add_clean(&key, list.items[i].key);
		put(object, key.ptr, string_json(list.items[i].value));
	}
	return object;
}

static cJSON *rows_json(const struct record *of, struct rows rows)
{
	cJSON *array = had(cJSON_CreateArray());

	for (size_t i = 0; i < rows.n; i++)
		cJSON_AddItemToArray(
			array, record_json(of, row_at(of, rows, i), had(cJSON_CreateObject())));
	return array;
}

/* The field's value; null when a single one is not there. */
static cJSON *field_json(const struct field *f, const void *base)
{
	switch (f->kind) {
	case VALUE_STRING:
		return string_json(*FIELD_AT(struct slice, base, f));
	case VALUE_INT:
		return value_is_there(f, base) ? number_json(*FIELD_AT(long, base, f)) :
						 had(cJSON_CreateNull());
	case VALUE_BOOL:
		return had(cJSON_CreateBool(*FIELD_AT(bool, base, f)));
	case VALUE_ENUM:
		return string_json(value_is_there(f, base) ?
					   slice_of(f->choices[*FIELD_AT(int, base, f)]) :
					   SLICE_NONE);
	case VALUE_LIST:
		return list_json(*FIELD_AT(struct slices, base, f));
	case VALUE_PAIRS:
		return pairs_json(*FIELD_AT(struct pairs, base, f));
	case VALUE_RECORD:
		return record_json(f->of, FIELD_AT(char, base, f), had(cJSON_CreateObject()));
	case VALUE_ROWS:
		return rows_json(f->of, *FIELD_AT(struct rows, base, f));
	}
	return had(cJSON_CreateNull());
}

/* Adds the fields that have a name to `into`, and returns it. */
static cJSON *record_json(const struct record *of, const void *base, cJSON *into)
{
	for (const struct field *f = of->fields; !field_ends(f); f++) {
		bool omit = (f->flags & FIELD_OMIT) &&
			    (!field_is_set(f, base) || !value_is_there(f, base));

		if (f->name && !omit)
			put(into, f->name, field_json(f, base));
		else if (!f->name && f->kind == VALUE_RECORD)
			(void)record_json(f->of, FIELD_AT(char, base, f), into);
	}
	return into;
}

/* The whole document. */
static cJSON *document(const struct record *of, struct rows rows)
{
	cJSON *doc = had(cJSON_CreateObject());
	AUTO_STR struct str kind = STR_INIT;

	str_addf(&kind, "%sList", of->kind ? of->kind : "");
	put(doc, "apiVersion", string_json(SLICE(GCB_API_VERSION)));
	put(doc, "kind", string_json(str_slice(&kind)));
	put(doc, "items", rows_json(of, rows));
	return doc;
}

/* May a terminal see this code point? Controls below U+0020 are escaped by cJSON. */
static bool is_harmless(uint32_t c)
{
	return !(c >= 0x7f && c <= 0x9f) && !(c >= 0x202a && c <= 0x202e) &&
	       !(c >= 0x2066 && c <= 0x2069);
}

/* Appends a value that is no object or array as cJSON writes it. */
static void add_scalar(struct str *out, const cJSON *value)
{
	char *text = cJSON_PrintUnformatted(value);
	struct slice rest = slice_of(text);

	if (!text)
		fatal("out of memory");
	while (rest.len) {
		uint32_t c = 0;
		size_t n = utf8_decode(rest, &c);

		if (is_harmless(c))
			str_add(out, slice_sub(rest, 0, n ? n : 1));
		else
			str_addf(out, "\\u%04x", (unsigned)c);
		rest = slice_sub(rest, n ? n : 1, rest.len);
	}
	cJSON_free(text);
}

static void add_key(struct str *out, const char *key)
{
	cJSON *name = string_json(slice_of(key));

	add_scalar(out, name);
	cJSON_Delete(name);
}

/* Appends a value; its inner lines are indented by two more blanks than `indent`. */
static void add_json(struct str *out, const cJSON *value, size_t indent)
{
	bool object = cJSON_IsObject(value);

	if (!object && !cJSON_IsArray(value)) {
		add_scalar(out, value);
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

/*
 * Appends a value behind "key:" or "-", as kubectl lays YAML out: dashes stand under their key,
 * entries of an item behind its dash.
 */
static void add_yaml(struct str *out, const cJSON *value, size_t indent, bool behind_dash)
{
	bool object = cJSON_IsObject(value), first = true;

	if (cJSON_IsString(value)) {
		str_addc(out, ' ');
		yaml_write_string(out, slice_of(value->valuestring), false);
	} else if (!value->child) {
		str_addc(out, ' ');
		add_scalar(out, value);
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
			yaml_write_string(out, slice_of(item->string), false);
		str_addc(out, object ? ':' : '-');
		add_yaml(out, item, object && list ? indent : indent + 2, !object && item->child);
	}
}

void print_json(const struct record *of, struct rows rows, struct str *out)
{
	cJSON *doc = document(of, rows);

	add_json(out, doc, 0);
	str_addc(out, '\n');
	cJSON_Delete(doc);
}

/* The document's own entries are written as if they stood behind a dash, which is left out. */
void print_yaml(const struct record *of, struct rows rows, struct str *out)
{
	AUTO_STR struct str text = STR_INIT;
	cJSON *doc = document(of, rows);

	add_yaml(&text, doc, 0, true);
	str_add(out, slice_sub(str_slice(&text), 1, text.len));
	cJSON_Delete(doc);
}
