/*
 * discover_internal.h - what the files of discover share: targets and names (discover_target.c),
 * uses and verdicts (discover_judge.c).
 */
#ifndef GCB_DISCOVER_DISCOVER_INTERNAL_H
#define GCB_DISCOVER_DISCOVER_INTERNAL_H

#include "base/arena.h"
#include "discover/discover.h"

/*
 * Fills `proposed` and `to` of all candidates in, by the rule of discover.h; `to` only where it is
 * absent.
 */
void targets_find(struct discovery *d, const struct inventory *inv);

/* Says why a candidate without a target has none, as a finding no_backend. */
void target_note_missing(struct candidate *c, struct arena *arena);

/*
 * Gives each candidate without a migration a name: the ServiceEntry's where that has one host, else
 * the host's first label, without the endings of discover.h; if that is not free with the
 * namespace, then with a number behind it.
 */
void names_give(struct discovery *d, const struct migration *const *migrations, size_t n,
		struct slices taken);

/*
 * Fills in what the VirtualServices, the rules and the migration say of one candidate, which has
 * its target and name: uses to verdict.
 */
void candidate_judge(struct discovery *d, struct candidate *c, const struct discover_inputs *in);

/* The host as VirtualServices name it; in `arena` when it is not as it is written. */
struct slice candidate_host(const struct candidate *c, struct arena *arena);

#endif
