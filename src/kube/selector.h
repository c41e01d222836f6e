/*
 * selector.h - label selectors in the syntax of kubectl's -l: "a=b,c!=d,e in (x,y),f notin
 * (z),g,!h" (also "==").
 */
#ifndef GCB_KUBE_SELECTOR_H
#define GCB_KUBE_SELECTOR_H

#include "base/err.h"

/* Does the text parse as a selector? Error: usage, naming the requirement that does not. */
int selector_check(struct slice selector, struct err *err);

/*
 * Do the labels meet every requirement of a selector that selector_check accepted? As in
 * Kubernetes, != and notin hold without the key.
 */
bool selector_matches(struct slice selector, struct pairs labels);

#endif
