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
