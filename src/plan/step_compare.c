#include "plan/step_compare.h"

#include "migration/migration_compare.h"

/* ", " between the parts of a list. */
static void add_part(struct str *out, struct slice part)
{
	str_addf(out, "%s%" SLICE_FMT, out->len ? ", " : "", SLICE_ARG(part));
}

/* Adds the fields of the migration file that differ and matter to the step. */
static void add_fields(const struct step *shown, const struct step *now, struct str *out,
		       struct arena *arena)
{
	struct slices fields = migration_differences(shown->m, now->m, arena);

	for (size_t i = 0; i < fields.n; i++)
		if (shown->intent.direction != GO_DOWN ||
		    migration_field_is_of_rollback(fields.items[i]))
			add_part(out, fields.items[i]);
}

/* Does a step change the file? */
static bool changes_file(const struct step *step, struct slice path)
{
	for (size_t i = 0; i < step->changes.n; i++)
		if (slice_eq(step->changes.items[i].path, path))
			return true;
	return false;
}

/* Do both steps change the same files? */
static bool have_same_files(const struct step *a, const struct step *b)
{
	for (size_t i = 0; i < a->changes.n && a->changes.n == b->changes.n; i++)
		if (!changes_file(b, a->changes.items[i].path))
			return false;
	return a->changes.n == b->changes.n;
}

/* Have both steps the same rows of shares, whatever the routes are called? */
static bool have_same_shares(const struct shares *a, const struct shares *b)
{
	for (size_t i = 0; i < a->n && a->n == b->n; i++) {
		const struct share *x = &a->items[i], *y = &b->items[i];

		if (!slice_eq(x->vs, y->vs) || !slice_eq(x->host, y->host) ||
		    !slice_eq(x->subset, y->subset) || x->side != y->side ||
		    x->before != y->before || x->after != y->after || x->total != y->total)
			return false;
	}
	return a->n == b->n;
}

/* Is the hold the same: none, or with the same reason? */
static bool have_same_hold(const struct step *a, const struct step *b)
{
	return a->held == b->held && (!a->held || slice_eq(a->hold, b->hold));
}

/* Adds how the stages of two steps up differ. */
static void add_stages(const struct step *shown, const struct step *now, struct str *out)
{
	char was[8], is[8];

	stage_name(shown->from, was);
	stage_name(now->from, is);
	if (shown->known != now->known || stage_cmp(shown->from, now->from) != 0)
		str_addf(out, "%sthe stage, from '%s' to '%s'", out->len ? ", " : "",
			 shown->known ? was : "mixed", now->known ? is : "mixed");
}

/* Are the files of the step those of the same environments? */
static bool have_environments(const struct step *step, const struct slices *wanted,
			      struct arena *arena)
{
	struct slices names = environments_names(&step->placements, arena);

	for (size_t i = 0; i < names.n && names.n == wanted->n; i++)
		if (!slice_eq(names.items[i], wanted->items[i]))
			return false;
	return names.n == wanted->n;
}

struct slice step_difference(const struct step *shown, const struct slices *environments,
			     const struct step *now, struct arena *arena)
{
	AUTO_STR struct str out = STR_INIT;

	add_fields(shown, now, &out, arena);
	if (shown->intent.direction == GO_DOWN || out.len)
		return out.len ? arena_copy(arena, str_slice(&out)) : SLICE_NONE;
	if (!have_same_hold(shown, now))
		add_part(&out, SLICE("the hold"));
	add_stages(shown, now, &out);
	if (!now->refused && !have_same_files(shown, now))
		add_part(&out, SLICE("the files that would change"));
	if (!now->refused && !have_environments(now, environments, arena))
		add_part(&out, SLICE("the environments"));
	if (!now->refused && !out.len && !have_same_shares(&shown->shares, &now->shares))
		add_part(&out, SLICE("the routes"));
	return out.len ? arena_copy(arena, str_slice(&out)) : SLICE_NONE;
}

bool step_differs_in_hold_only(const struct step *shown, const struct step *now)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct slices fields = migration_differences(shown->m, now->m, arena);

	for (size_t i = 0; i < fields.n; i++)
		if (!slice_is(fields.items[i], "spec.hold") &&
		    (shown->intent.direction != GO_DOWN ||
		     migration_field_is_of_rollback(fields.items[i])))
			return false;
	return true;
}
