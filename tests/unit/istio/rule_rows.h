/*
 * rule_rows.h - for each rule of istio/rules.h the smallest manifests that raise it and the nearest
 * that do not, as data.
 */
#ifndef GCB_TESTS_ISTIO_RULE_ROWS_H
#define GCB_TESTS_ISTIO_RULE_ROWS_H

#include "istio/rules.h"
#include "tests/unit/istio/scene.h"

/* A row without a name ends a table. */
struct rule_row {
	const char *name;
	const struct code *code;
	int line; /* of the finding, RAISED_NEVER: there is none, RAISED_MOVE: one at the
		     migration's place */
	const char *text;
	enum stage_kind to; /* mirror, or anything else */
	int port;           /* of the move */
	const char *ns;     /* of the move */
	const char *from;   /* the old host of the move; NULL: old.example.com */
	bool raw;           /* the move is about tls and tcp routes, too */
};

enum { RAISED_NEVER = 0, RAISED_MOVE = 999 };

extern const struct rule_row rows_backend[], rows_port[], rows_entry[], rows_destination[],
	rows_route[], rows_around[];

/*
 * A VirtualService of seven lines; what follows begins with "---" in line 8, its spec in line 12.
 */
#define ROUTES VS("x") "  hosts: [old.example.com]\n  http:\n"
#define BASE ROUTES "  - route: [{destination: {host: old.example.com}}]\n"
#define ENTRY(fields) ISTIO("ServiceEntry") "  hosts: [old.example.com]\n" fields
#define RULE(host, policy)                                                                         \
	ISTIO("DestinationRule") "  host: '" host "'\n  trafficPolicy: " policy "\n"
#define BACKEND(spec)                                                                              \
	"---\napiVersion: networking.gke.io/v1\nkind: GCPBackend\nmetadata: {name: b, namespace: " \
	"shop}\nspec: " spec "\n"

#endif
