/*
 * move.h - what the Istio side of the program knows of a migration: which host moves where.
 */
#ifndef GCB_ISTIO_MOVE_H
#define GCB_ISTIO_MOVE_H

#include "base/arena.h"
#include "base/finding.h"
#include "istio/stage.h"

/* A move of one host. Slices are borrowed. */
struct move {
	struct slice from, to; /* hosts as the user wrote them */
	struct slice ns; /* namespace of the old host's ServiceEntry; absent: each VirtualService's
			    own */
	int port;        /* port number on the new host; 0: not known */
	int mirror_percent;    /* 1..100 */
	struct slices methods; /* methods that may be mirrored, upper case */
	bool tls, tcp;         /* routes of these kinds are moved too; those of http always are */
	struct slice host_header; /* the Host header for the new host; absent: the client's */
};

/* A move, the arena for what is read for it, and where to report what is noticed. */
struct move_context {
	const struct move *move;
	struct arena *arena;
	struct findings *findings; /* NULL: do not report */
};

#endif
