#include "base/record.h"

bool field_ends(const struct field *f)
{
	return !f->name && !f->flag && !f->column && !f->of;
}

/* Is any field of the record set? */
static bool record_is_set(const struct record *r, const void *base)
{
	for (const struct field *f = r->fields; !field_ends(f); f++)
		if (field_is_set(f, base))
			return true;
	return false;
}

bool field_is_set(const struct field *f, const void *base)
{
	switch (f->kind) {
	case VALUE_STRING:
		return FIELD_AT(struct slice, base, f)->len > 0;
	case VALUE_INT:
		return *FIELD_AT(long, base, f) != 0;
	case VALUE_BOOL:
		return *FIELD_AT(bool, base, f);
	case VALUE_ENUM:
		return *FIELD_AT(int, base, f) != 0;
	case VALUE_LIST:
		return FIELD_AT(struct slices, base, f)->n > 0;
	case VALUE_PAIRS:
		return FIELD_AT(struct pairs, base, f)->n > 0;
	case VALUE_RECORD:
		return record_is_set(f->of, FIELD_AT(char, base, f));
	case VALUE_ROWS:
		return FIELD_AT(struct rows, base, f)->n > 0;
	}
	return false;
}

static bool lists_equal(const struct slices *a, const struct slices *b)
{
	for (size_t i = 0; i < a->n && a->n == b->n; i++)
		if (!slice_eq(a->items[i], b->items[i]))
			return false;
	return a->n == b->n;
}

static bool pairs_equal(const struct pairs *a, const struct pairs *b)
{
	for (size_t i = 0; i < a->n && a->n == b->n; i++)
		if (!slice_eq(a->items[i].key, b->items[i].key) ||
		    !slice_eq(a->items[i].value, b->items[i].value))
			return false;
	return a->n == b->n;
}

bool field_equal(const struct field *f, const void *a, const void *b)
{
	switch (f->kind) {
	case VALUE_STRING:
		return slice_eq(*FIELD_AT(struct slice, a, f), *FIELD_AT(struct slice, b, f));
	case VALUE_INT:
		return *FIELD_AT(long, a, f) == *FIELD_AT(long, b, f);
	case VALUE_BOOL:
		return *FIELD_AT(bool, a, f) == *FIELD_AT(bool, b, f);
	case VALUE_ENUM:
		return *FIELD_AT(int, a, f) == *FIELD_AT(int, b, f);
	case VALUE_LIST:
		return lists_equal(FIELD_AT(struct slices, a, f), FIELD_AT(struct slices, b, f));
	case VALUE_PAIRS:
		return pairs_equal(FIELD_AT(struct pairs, a, f), FIELD_AT(struct pairs, b, f));
	case VALUE_RECORD:
	case VALUE_ROWS:
		break;
	}
	return !field_is_set(f, a) && !field_is_set(f, b);
}

/* The number of words that a field can choose from. */
static int count_choices(const struct field *f)
{
	int n = 0;

	while (f->choices && f->choices[n])
		n++;
	return n;
}

bool field_has_value(const struct field *f, const void *base)
{
	switch (f->kind) {
	case VALUE_INT:
		return f->min >= f->max ||
		       (*FIELD_AT(long, base, f) >= f->min && *FIELD_AT(long, base, f) <= f->max);
	case VALUE_ENUM:
		return *FIELD_AT(int, base, f) >= 0 && *FIELD_AT(int, base, f) < count_choices(f);
	case VALUE_BOOL:
	case VALUE_RECORD:
		return true;
	default:
		return field_is_set(f, base);
	}
}

const void *row_at(const struct record *of, struct rows rows, size_t i)
{
	return (const char *)rows.items + i * of->size;
}
