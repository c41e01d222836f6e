/*
 * discover.h - the hosts of ServiceEntries that could be migrated: what routes to them, the
 * GCPBackend that each would move to, and what prevents it.
 *
 * Calling order: the files that discover_wants are added to an inventory and parsed
 * (inventory_add, inventory_parse); then discover_make. The objects of a cluster can be added as
 * files, too.
 *
 * One host is one candidate, in however many environments: what each of them applies decides where
 * it is a host, and in which namespace. There are several candidates with one host only if one
 * environment has it in several namespaces, or if a migration moves the host in a part of them.
 *
 * A GCPBackend belongs to a host of a ServiceEntry in an environment if it counts for the
 * environment (inventory/surroundings.h) and
 *
 *	names       its name, or the first label of its host (spec.hostname), is equal to the first
 *	            label of the host of the ServiceEntry or, if the ServiceEntry has one host, to
 *	            its name. The suffixes "-vm", "-vms" and "-gcp" are ignored: payments-vm and
 *	            payments;
 *	namespaces  they do not differ: they are equal, or one of them is not specified;
 *	unique      it is the only such GCPBackend for the host, and the host its only one.
 *
 * A candidate has a target if the environments do not have different ones. Otherwise they are only
 * proposals, and none is chosen. A GCPBackend without spec.hostname is ignored; its schema is not
 * published.
 *
 * Files of which it is not known what is applied are listed if they may be about hosts
 * (discover_unreadable.h). Not found: objects in API groups that are escaped otherwise than by \u
 * and \x, and Kubernetes Services.
 */
#ifndef GCB_DISCOVER_DISCOVER_H
#define GCB_DISCOVER_DISCOVER_H

#include "base/finding.h"
#include "inventory/environments.h"
#include "inventory/inventory.h"
#include "inventory/surroundings.h"

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

/* A host of a ServiceEntry in an environment. */
struct mention {
	const struct object *entry;
	const struct source *source;
	const struct environment *environment; /* NULL: none is known to apply it */
	struct slice ns;                       /* of the ServiceEntry as it is applied */
	struct slice host;                     /* as it is applied */
	struct place at;                       /* of the host */
	const struct environment_view *view;   /* of the host; NULL: no environment is known */
};

/* A file of which it is not known what is applied. */
struct unreadable {
	struct place at;
	struct slice reason;
	struct slices hosts;   /* of candidates, found in its text */
	struct slices objects; /* of the mesh, found in its text: "VirtualService web" */
	bool broken;           /* it cannot be parsed; else another program makes something of it */
};

/* A host of ServiceEntries. */
struct candidate {
	struct slice host; /* as it is applied */
	struct slice ns;   /* of its ServiceEntries as they are applied; absent: none, or several */
	struct mention *mentions;
	size_t nmentions, mentions_cap;
	const struct object *entry; /* the first one, as its file declares it */
	struct place at;            /* of the host in it */
	struct slices ports;        /* "8080/HTTP", "443/TLS"; "8080/?" without a protocol */
	struct slice protocol;      /* of all ports: "HTTP", "HTTP,TLS"; "?" for none */
	struct slice location,
		resolution; /* if not specified, the defaults of Istio: MESH_EXTERNAL, NONE */
	size_t endpoints;
	bool only_some; /* another candidate has the same host */
	bool twice;     /* another ServiceEntry has the same host in the same environment */
	const struct environment_view *view; /* of its host; NULL: no environment is known */
	struct object_refs named;            /* the objects that may concern its host */
	struct center *centers; /* the VirtualServices with routes to it that a migration moves */
	size_t ncenters;
	const struct environment **environments; /* in which it would be moved; NULL among them:
						    files that none is known to apply */
	size_t nenvironments;
	struct use *uses;
	size_t nuses;
	struct slices proposed; /* hosts of the GCPBackends that may belong to it */
	struct slice no_target; /* why it has none */
	bool targets_differ;    /* because each environment has another one */
	struct slice to;        /* that of the one that does, or of the migration; absent: none */
	const struct migration *migration; /* NULL: there is none */
	struct slice name; /* of the migration, or for a new one: a DNS label that is not used */
	struct slice path; /* the deepest directory with all VirtualServices that route to it;
			      "." for the root */
	struct placements placements; /* the environments of these files; without any, those of its
					 ServiceEntries */
	struct slice unclear; /* the path of a file that may be rendered into a VirtualService that
				 routes to it; absent: there is none */
	struct findings findings;
	enum readiness readiness;
};

struct discovery {
	struct candidate *items; /* sorted by readiness, number of warnings, host, place */
	size_t n;
	struct unreadable *unreadable; /* sorted by place */
	size_t nunreadable, unreadable_cap;
	struct builds *builds; /* NULL: no environment is known */
	struct arena *arena;   /* of all that is in it */
};

/* A file that is only searched for hosts. */
struct text_file {
	struct slice path, bytes;
};

/* True if a file with these bytes may contain objects that discover_make needs. */
bool discover_wants(struct slice bytes);

/*
 * True if a file with these bytes is no object, or one of which a chart's are made: if it contains
 * a host, another program may make a route of it. Such files are given to discover_make as texts.
 */
bool discover_wants_text(struct slice path, struct slice bytes);

/* What candidates are found in; all of it must outlive the discovery. */
struct discover_inputs {
	const struct inventory *inventory;
	const struct migration *const *migrations; /* the existing ones */
	size_t n;
	struct slices taken;           /* names of migration files that cannot be parsed */
	int port;                      /* of the new hosts; 0: not known */
	const struct text_file *texts; /* discover_wants_text */
	size_t ntexts;
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
