/*
 * embedded.h - the files of templates/ inside the program. The data is made from them at build
 * time.
 */
#ifndef GCB_TEMPLATE_EMBEDDED_H
#define GCB_TEMPLATE_EMBEDDED_H

#include <stddef.h>

struct embedded {
	const char *name; /* of the file, with its extension: "virtualservice.yaml" */
	const unsigned char *bytes;
	size_t size;
};

extern const struct embedded embedded_templates[];
extern const size_t nembedded_templates;

#endif
