/*
 * error_document.h - an error for programs: with -o json or yaml, a document on stdout.
 */
#ifndef GCB_PLUGIN_ERROR_DOCUMENT_H
#define GCB_PLUGIN_ERROR_DOCUMENT_H

#include "plugin/command.h"

/* With -o json or yaml: prints the error, unless the command that failed has printed a document. */
void error_document_print(struct app *app, const struct err *err);

#endif
