/*
 * discover.h - the hosts of ServiceEntries that could move: who routes to them, to which
 *GCPBackend, and what speaks against it.
 *
 * Calling order: the files that discover_wants go into an inventory (inventory_add,
 *inventory_parse), then discover_make. The files need not be of a commit: a list of objects of a
 *cluster is one more file. Pure.
 *
 * Which GCPBackend plainly belongs to a host of a ServiceEntry:
 *
 *	names       the GCPBackend's name, or the first label of its host (spec.hostname), is the
 *first label of the ServiceEntry's host or, where it has one host only, the ServiceEntry's name;
 *endings that say where something runs ("-vm", "-vms",
 *	            "-gcp") do not count: payments-vm and payments;
 *	namespaces  do not contradict: equal, or not said by one of the two;
 *	unique      it is the only one of these for the host, and the host is its only one.
 *
 * Anything else is a proposal, or several, and none is chosen. A GCPBackend whose host is not under
 *spec.hostname is none: no schema is published.
 *
 * Not seen: files that cannot be parsed (inventory_broken), an API group that is spelled with
 *escapes beyond \u and \x, and Kubernetes Services.
 */
#ifndef GCB_DISCOVER_DISCOVER_H
#define GCB_DISCOVER_DISCOVER_H

#include "base/finding.h"
#include "inventory/environments.h"
#include "inventory/inventory.h"

/* One place that sends requests to a host. */
struct use {
	const char *kind;   /* "http", "mirror", "tls", "tcp" */
	struct slice vs;    /* "namespace/name" of the VirtualService, or its name */
	struct slice path;  /* of the file */
	struct slice route; /* "route 2 (name)"; of tls and tcp routes their number */
	struct place at;
};

/* Best first. */
enum verdict {
	VERDICT_READY,     /* nothing speaks against it */
	VERDICT_WARNINGS,  /* only warnings do */
	VERDICT_BLOCKED,   /* an error does: `findings` */
	VERDICT_MIGRATION, /* it has a migration already */
};

/* One host of one ServiceEntry. */
struct candidate {
	struct slice host; /* as it is written */
	const struct object *entry;
	struct place at;       /* of the host */
	struct slices ports;   /* "8080/HTTP", "443/TLS"; "8080/?" where no protocol is said */
	struct slice protocol; /* of all ports: "HTTP", "HTTP,TLS"; "?" where one does not say it */
	struct slice location,
		resolution; /* as Istio takes them when they are not said: MESH_EXTERNAL, NONE */
	size_t endpoints;
	bool twice; /* another ServiceEntry has the host, too */
	struct use *uses;
	size_t nuses;
	struct slices proposed; /* hosts of the GCPBackends that may belong to it */
	struct slice to;        /* the one that plainly does, or the migration's; absent: none */
	const struct migration *migration; /* NULL: none yet */
	struct slice name; /* of the migration, the one to be made too: a DNS label that is free */
	struct slice path; /* the smallest folder that holds all VirtualServices that route to it;
			      "." for the root */
	struct placements
		placements; /* where these files end up; none where nothing names an environment */
	struct findings findings;
	enum verdict verdict;
};

struct discovery {
	struct candidate *items; /* best first: by verdict, number of warnings, host, place */
	size_t n;
	struct arena *arena; /* of all that is in it */
};

/*
 * May the file hold objects that discover_make looks at? The inventory's inventory_wants_path has
 * the say about its name.
 */
bool discover_wants(struct slice bytes);

/* What to look at; all must outlive the discovery. */
struct discover_inputs {
	const struct inventory *inventory;
	const struct migration *const *migrations; /* those there are */
	size_t n;
	struct slices taken; /* further names that are not free: files of the migrations folder that
				cannot be read */
	int port;            /* of the new hosts; 0: not known */
	const struct environment_index *environments; /* NULL: nothing is known of environments, as
							 of the objects of a cluster */
	const struct findings *unseen; /* what keeps every host from being ready, since it was not
					  seen; NULL: all was */
};

/* Finds the candidates among the files of the inventory; freed with discover_release. */
void discover_make(struct discovery *out, const struct discover_inputs *in);

/* Frees it. */
void discover_release(struct discovery *d);

/* The word for a verdict: "ready", "warnings", "blocked", "migration". */
struct slice verdict_word(enum verdict v);

#endif
