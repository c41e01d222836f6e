/*
 * alloc.h - allocation that never fails.
 *
 * The program changes files by rename only and can stop at any instant without harm, so running out
 * of memory ends it with a message and status 1. Readers limit sizes that come from input.
 */
#ifndef GCB_BASE_ALLOC_H
#define GCB_BASE_ALLOC_H

#include <stddef.h>

/* `size` bytes (at least one), zeroed. Freed with free(). */
void *xzalloc(size_t size);

/*
 * `ptr` resized to hold `n` elements of `size` bytes; new bytes are not initialised. Ends the
 * program when n * size overflows.
 */
void *xrealloc_array(void *ptr, size_t n, size_t size);

/* Ends the program with `what` on stderr: out of memory, or a bug. */
void fatal(const char *what) __attribute__((noreturn));

/*
 * Room for one more element behind the `n` elements of `list`, which points to heap memory (or is
 * NULL with cap 0): may move `list`, and updates `cap`, which doubles.
 */
#define ROOM(list, n, cap)                                                                         \
	do {                                                                                       \
		if ((n) == (cap)) {                                                                \
			(cap) = (cap) ? 2 * (cap) : 8;                                             \
			(list) = xrealloc_array((list), (cap), sizeof(*(list)));                   \
		}                                                                                  \
	} while (0)

/* Takes the pointer out of a variable that would otherwise free it: `*out = TAKE(p);` */
#define TAKE(p)                                                                                    \
	({                                                                                         \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	})

/* Frees a malloc'd variable when it goes out of scope: `AUTO_FREE char *p = NULL;` */
#define AUTO_FREE __attribute__((cleanup(auto_free_)))
void auto_free_(void *pointer_to_pointer);

#endif
