#include "base/code.h"

#define CODE(name, id, severity, exit, allow, title, remedy, explain, source)                      \
	const struct code CODE_##name = {                                                          \
		id, severity, exit, allow, title, remedy, explain, source                          \
	};
#include "code_list.def"
#undef CODE

#define CODE(name, id, severity, exit, allow, title, remedy, explain, source) &CODE_##name,
const struct code *const codes[] = {
#include "code_list.def"
};
#undef CODE
const size_t ncodes = sizeof(codes) / sizeof(codes[0]);

const struct code *code_find(struct slice id)
{
	for (size_t i = 0; i < ncodes; i++)
		if (slice_is(id, codes[i]->id))
			return codes[i];
	return NULL;
}

const char *severity_word(enum severity s)
{
	static const char *const names[] = { "info", "warning", "error" };

	return names[s];
}
