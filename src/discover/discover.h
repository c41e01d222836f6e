/*
 * discover.h - the hosts of ServiceEntries that could be migrated: what routes to them, the
 * GCPBackend that each would move to, and what prevents it.
 *
 * Calling order: the files that discover_wants are added to an inventory and parsed
 * (inventory_add, inventory_parse); then discover_make. The objects of a cluster can be added as
 * files, too.
 *
 * A GCPBackend belongs to a host of a ServiceEntry if
 *
 *	names       its name, or the first label of its host (spec.hostname), is equal to the first
 *	            label of the host of the ServiceEntry or, if the ServiceEntry has one host, to
 *	            its name. The suffixes "-vm", "-vms" and "-gcp" are ignored: payments-vm and
 *	            payments;
 *	namespaces  they do not differ: they are equal, or one of them is not specified;
 *	unique      it is the only such GCPBackend for the host, and the host its only one.
 *
 * Otherwise it is only a proposal, and none is chosen. A GCPBackend without spec.hostname is
 * ignored; its schema is not published.
 *
 * Not found: objects in files that cannot be parsed (inventory_broken), in API groups that are
 * escaped otherwise than by \u and \x, and Kubernetes Services.
 */
#ifndef GCB_DISCOVER_DISCOVER_H
#define GCB_DISCOVER_DISCOVER_H

#include "base/finding.h"
#include "inventory/environments.h"
#include "inventory/inventory.h"

/* A route that sends requests to a host. */
struct use {
	const char *kind;   /* "http", "mirror", "tls", "tcp" */
	struct slice vs;    /* "namespace/name" of the VirtualService, or its name */
	struct slice path;  /* of the file */
	struct slice route; /* "route 2 (name)"; of tls and tcp routes their number */
	struct place at;
};

/* Whether a migration can be created, best first. */
enum readiness {
	READINESS_READY,     /* there are no findings that matter */
	READINESS_WARNINGS,  /* only warnings */
	READINESS_BLOCKED,   /* an error: `findings` */
	READINESS_MIGRATION, /* there is already a migration */
};

/* A host of a ServiceEntry. */
struct candidate {
	struct slice host; /* as it is written */
	const struct object *entry;
	struct place at;       /* of the host */
	struct slices ports;   /* "8080/HTTP", "443/TLS"; "8080/?" without a protocol */
	struct slice protocol; /* of all ports: "HTTP", "HTTP,TLS"; "?" for none */
	struct slice location,
		resolution; /* if not specified, the defaults of Istio: MESH_EXTERNAL, NONE */
	size_t endpoints;
	bool twice; /* another ServiceEntry has the same host */
	struct use *uses;
	size_t nuses;
	struct slices proposed; /* hosts of the GCPBackends that may belong to it */
	struct slice to;        /* that of the one that does, or of the migration; absent: none */
	const struct migration *migration; /* NULL: there is none */
	struct slice name; /* of the migration, or for a new one: a DNS label that is not used */
	struct slice path; /* the deepest directory with all VirtualServices that route to it;
			      "." for the root */
	struct placements placements; /* the environments of these files */
	struct findings findings;
	enum readiness readiness;
};

struct discovery {
	struct candidate *items; /* sorted by readiness, number of warnings, host, place */
	size_t n;
	struct arena *arena; /* of all that is in it */
};

/* True if a file with these bytes may contain objects that discover_make needs. */
bool discover_wants(struct slice bytes);

/* What candidates are found in; all of it must outlive the discovery. */
struct discover_inputs {
	const struct inventory *inventory;
	const struct migration *const *migrations; /* the existing ones */
	size_t n;
	struct slices taken; /* names of migration files that cannot be parsed */
	int port;            /* of the new hosts; 0: not known */
	const struct environment_index *environments; /* NULL: unknown, as for a cluster */
	const struct findings *unread; /* what could not be read, which blocks every host; NULL:
					  everything was */
};

/* Finds the candidates; freed with discover_release. */
void discover_make(struct discovery *out, const struct discover_inputs *in);

/* Frees it. */
void discover_release(struct discovery *d);

/* The name of a readiness: "ready", "warnings", "blocked", "migration". */
struct slice readiness_name(enum readiness readiness);

#endif
