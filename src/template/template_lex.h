/*
 * template_lex.h - where the holes of a text are. The one place that knows how ${name} and $${ are
 * written.
 */
#ifndef GCB_TEMPLATE_TEMPLATE_LEX_H
#define GCB_TEMPLATE_TEMPLATE_LEX_H

#include "base/slice.h"

enum piece {
	PIECE_END,  /* the text is used up */
	PIECE_TEXT, /* to be taken as it is; of $${ the piece is "${" */
	PIECE_HOLE, /* the name between the braces */
	PIECE_BAD   /* "${" that begins no hole */
};

/*
 * Cuts the next piece off `rest`. Pieces that are not an end are never empty, and `rest` gets
 * shorter with each.
 */
enum piece template_lex(struct slice *rest, struct slice *piece);

/* May a parameter have this name? */
bool template_name_ok(struct slice name);

/* Does the text hold a hole, an escaped one or a bad one: must it be rendered at all? */
bool template_has_holes(struct slice text);

#endif
