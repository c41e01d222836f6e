#include "migration/migration_compare.h"

/* Two structs of one record that are compared. */
struct field_comparison {
	const void *a, *b;
	struct slice prefix; /* of the names: "spec.to." */
	struct slices *out;
	size_t *cap;
	struct arena *arena;
};

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
		} else if (!field_equal(f, c->a, c->b)) {
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
