#include "libyaml.h"

#include "base/alloc.h"

#include <yaml.h>

void libyaml_events(struct slice bytes)
{
	yaml_parser_t parser;
	bool end = false;

	if (!yaml_parser_initialize(&parser))
		fatal("out of memory");
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes.ptr, bytes.len);
	while (!end) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event))
			fatal("libyaml refuses the file");
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}
