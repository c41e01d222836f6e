#include "migration/migration_compare.h"

/* Two structs of one record that are compared. */
struct field_comparison {
	const void *a, *b;
	struct slice prefix; /* of the names: "spec.to." */
	struct slices *out;
	size_t *cap;
	struct arena *arena;
};

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

/* Is the value of a field that is no record the same in both? */
static bool values_equal(const struct field *f, const void *a, const void *b)
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
	return false;
}

/* Adds the names of the fields that differ. The nesting of records bounds the recursion. */
static void compare_records(const struct field_comparison *c, const struct record *r)
{
	for (const struct field *f = r->fields; !field_ends(f); f++) {
		struct slice name =
			arena_printf(c->arena, "%" SLICE_FMT "%s", SLICE_ARG(c->prefix), f->name);

		if (f->kind == VALUE_RECORD) {
			struct field_comparison part = *c;

			part.a = FIELD_AT(char, c->a, f);
			part.b = FIELD_AT(char, c->b, f);
			part.prefix = arena_printf(c->arena, "%" SLICE_FMT ".", SLICE_ARG(name));
			compare_records(&part, f->of);
		} else if (!values_equal(f, c->a, c->b)) {
			ARENA_ROOM(c->arena, c->out->items, c->out->n, *c->cap);
			c->out->items[c->out->n++] = name;
		}
	}
}

struct slices migration_differences(const struct migration *a, const struct migration *b,
				    struct arena *arena)
{
	struct slices out = { NULL, 0 };
	size_t cap = 0;
	const struct field_comparison c = { &a->f, &b->f, SLICE(""), &out, &cap, arena };

	if (!slice_eq(a->bytes, b->bytes))
		compare_records(&c, &migration_record);
	return out;
}

bool migration_field_is_of_rollback(struct slice field)
{
	static const char *const prefixes[] = { "spec.from.", "spec.to.host",    "spec.to.port",
						"spec.git.",  "spec.manifests.", "spec.routes" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (slice_starts(field, slice_of(prefixes[i])))
			return !slice_is(field, "spec.git.mode") &&
			       !slice_is(field, "spec.manifests.environments") &&
			       !slice_is(field, "spec.manifests.search");
	return false;
}
