/*
 * plan_intents.h - from evidence to a plan.
 */
#ifndef GCB_FLOW_PLAN_INTENTS_H
#define GCB_FLOW_PLAN_INTENTS_H

#include "flow/gather.h"

/*
 * Plans intents of selected migrations; freed with plan_release, before the evidence. May be called
 * several times. For GO_DELETE_ENTRY it first searches all files of the commit for references to
 * the old host. Errors: git.
 */
int plan_intents(const struct evidence *evidence, const struct intent *intents, size_t n,
		 struct plan *out, struct err *err);

#endif
