/*
 * template.h - YAML files and plain text with named holes.
 *
 * A template is an ordinary file in which ${name} stands for a value. The file is YAML, unless its
 * name ends in ".txt".
 *
 *	# summary a VirtualService that leaves all traffic where it is
 *	# param host host "the host that clients connect to"
 *	# param namespace namespace optional "default: the namespace that the engine chooses"
 *	# param port port = 80 "the port of the host"
 *
 *	kind: VirtualService
 *	...
 *
 * Declarations. The first lines, up to an empty one, describe the template and the values it takes;
 * they are not part of the output. A line is
 *
 *	# summary TEXT
 *	# param NAME TYPE ["HELP"]
 *	# param NAME TYPE = DEFAULT ["HELP"]
 *	# param NAME TYPE optional ["HELP"]
 *
 * NAME is a lower-case letter, then lower-case letters, digits and '_'; TYPE is the name of an enum
 * template_type in lower case; DEFAULT is one word, or a text in double quotes (which it cannot
 * contain). A value without a default that is not optional must be given.
 *
 * Holes. ${name} is the value, $${ is the two characters "${", any other $ is itself. In YAML a
 * hole is allowed only in a value that is a plain or quoted scalar on one line. The name of a
 * declared parameter in any other place (a key, a comment, a block scalar) is refused, so that
 * nothing stays unfilled by accident; anything else there that looks like a hole is kept. Rendering
 * is the YAML editor setting scalars: no value can leave its scalar or become something other than
 * a string, except that a plain scalar which consists of one hole of a number type becomes that
 * number ("${port}" in quotes stays a string). If an optional value is not given, the entry with
 * its hole is left out, and with it the map or list that would be left empty; in plain text the
 * line with its hole.
 *
 * Life cycle: template_parse (parse.h), any number of template_render (render.h), template_free.
 * Pure: no file, no environment.
 */
#ifndef GCB_TEMPLATE_TEMPLATE_H
#define GCB_TEMPLATE_TEMPLATE_H

#include "base/arena.h"
#include "base/slice.h"

/*
 * Limits: bytes of a template; parameters; bytes of a value, and of one of type `text`; bytes of
 * the output.
 */
#define TEMPLATE_MAX_BYTES ((size_t)256 << 10)
#define TEMPLATE_MAX_PARAMS 200
#define TEMPLATE_MAX_VALUE 4096
#define TEMPLATE_MAX_TEXT 65536
#define TEMPLATE_MAX_OUTPUT ((size_t)4 << 20)

/*
 * What a value may be. All are UTF-8 without control characters, line separators and bidirectional
 * controls.
 */
enum template_type {
	TEMPLATE_STRING,    /* one line, may be empty */
	TEMPLATE_TEXT,      /* the same with line feeds and tabs */
	TEMPLATE_INT,       /* a whole number of 32 bits */
	TEMPLATE_PORT,      /* 1 to 65535 */
	TEMPLATE_PERCENT,   /* 0 to 100 */
	TEMPLATE_HOST,      /* a DNS name as Istio takes it: letters of either case; no wildcard, IP
			       address, dot at the end */
	TEMPLATE_LABEL,     /* a DNS-1123 label: a-z, 0-9 and '-', at most 63 */
	TEMPLATE_NAME,      /* a DNS-1123 subdomain: labels with dots between, at most 253 */
	TEMPLATE_NAMESPACE, /* a DNS-1123 label */
	TEMPLATE_PATH,      /* relative, with '/', inside the repository: no "..", no empty part */
	TEMPLATE_URL /* https, http, ssh, git, oci, file://, or user@host:path; without a password
		      */
};

struct template_param {
	struct slice name, help; /* help: one line; absent when there is none */
	enum template_type type;
	struct slice preset; /* the default value; absent: there is none */
	bool optional;       /* may be left out */
};

struct yaml_file;

/* A parsed template; its texts point into the bytes it was parsed from. */
struct template
{
	struct slice name;             /* of the file, for messages */
	struct slice summary;          /* absent when there is none */
	struct template_param *params; /* in the order of their declarations */
	size_t nparams;
	bool text;              /* plain text, not YAML */
	struct slice bytes;     /* the whole file ... */
	size_t body;            /* ... and where its output begins */
	struct yaml_file *file; /* of YAML: the whole file, parsed */
	struct arena *arena;
};

/* Frees a template. NULL is fine. */
void template_free(struct template *t);

/* The parameter of this name, or NULL. */
const struct template_param *template_param(const struct template *t, struct slice name);

/*
 * Frees a template when the variable goes out of scope: `AUTO_TEMPLATE struct template *t = NULL;`
 */
#define AUTO_TEMPLATE __attribute__((cleanup(template_auto_)))
void template_auto_(struct template **t);

#endif
