/*
 * rules_internal.h - the rules, as tables: one a file.
 */
#ifndef GCB_ISTIO_RULES_INTERNAL_H
#define GCB_ISTIO_RULES_INTERNAL_H

#include "istio/rules_view_internal.h"

/* A rule: adds findings of `code`. */
struct rule {
	const struct code *code; /* NULL: behind the last one of a table */
	void (*check)(const struct view *v, const struct code *code, struct findings *out);
};

extern const struct rule rules_of_ports[], rules_of_entries[], rules_of_destinations[],
	rules_of_backends[], rules_of_routes[], rules_around[];

/* All of these tables. */
extern const struct rule *const rule_tables[];
extern const size_t nrule_tables;

#endif
