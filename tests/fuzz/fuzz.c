#include "tests/fuzz/fuzz.h"

#include "tests/properties/property.h"

#include <stdio.h>
#include <stdlib.h>

/* Ends the run with the reason. */
static void stop(const struct str *why)
{
	(void)fprintf(stderr, "%s\n", why->ptr);
	abort();
}

void fuzz_parse(const uint8_t *data, size_t size)
{
	AUTO_STR struct str why = STR_INIT;
	struct tally tally = { 0 };

	if (!property_parse((struct slice){ (const char *)data, size }, &tally, &why))
		stop(&why);
}

void fuzz_edit(const uint8_t *data, size_t size)
{
	AUTO_STR struct str why = STR_INIT, out = STR_INIT;
	struct slice all = { (const char *)data, size };
	struct tally tally = { 0 };

	if (!property_edit(slice_sub(all, FUZZ_SCRIPT, size), slice_sub(all, 0, FUZZ_SCRIPT),
			   &tally, &out, &why))
		stop(&why);
}
