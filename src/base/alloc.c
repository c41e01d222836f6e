#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fatal(const char *what)
{
	(void)fprintf(stderr, "fatal: %s\n", what);
	exit(1);
}

void *xzalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		fatal("out of memory");
	return p;
}

void *xrealloc_array(void *ptr, size_t n, size_t size)
{
	void *p;

	if (size && n > SIZE_MAX / size)
		fatal("out of memory");
	p = realloc(ptr, n && size ? n * size : 1);
	if (!p)
		fatal("out of memory");
	return p;
}

void auto_free_(void *pointer_to_pointer)
{
	void *p;

	memcpy(&p, pointer_to_pointer, sizeof(p));
	free(p);
}
