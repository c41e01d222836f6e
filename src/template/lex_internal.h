/*
 * lex_internal.h - where the holes of a text are. Only lex.c knows how ${name} and $${ are written.
 */
#ifndef GCB_TEMPLATE_LEX_INTERNAL_H
#define GCB_TEMPLATE_LEX_INTERNAL_H

#include "base/slice.h"

enum piece {
	PIECE_END,  /* the text is used up */
	PIECE_TEXT, /* to be copied; of $${ the piece is "${" */
	PIECE_HOLE, /* the name between the braces */
	PIECE_BAD   /* "${" that does not begin a hole */
};

/*
 * Cuts the next piece off `rest`. Pieces other than PIECE_END are not empty, and `rest` gets
 * shorter with each.
 */
enum piece template_lex(struct slice *rest, struct slice *piece);

/* May a parameter have this name? */
bool template_name_ok(struct slice name);

/* Does the text hold a hole, an escaped one or a bad one, so that it must be rendered? */
bool template_has_holes(struct slice text);

#endif
