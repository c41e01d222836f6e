/*
 * The least that any program must do that reads YAML: libyaml's events of every file named in a
 *list, and nothing done with them.
 *
 *	parse LIST	(one path a line)
 */
#include <stdio.h>
#include <string.h>
#include <yaml.h>

/* All events of one file; 0, or -1. */
static int parse_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	yaml_parser_t parser;
	yaml_event_t event;
	int end = 0, ok;

	if (!f)
		return -1;
	ok = yaml_parser_initialize(&parser);
	yaml_parser_set_input_file(&parser, f);
	while (ok && !end) {
		ok = yaml_parser_parse(&parser, &event);
		if (ok) {
			end = event.type == YAML_STREAM_END_EVENT;
			yaml_event_delete(&event);
		}
	}
	yaml_parser_delete(&parser);
	(void)fclose(f);
	return ok ? 0 : -1;
}

int main(int argc, char **argv)
{
	FILE *list = argc == 2 ? fopen(argv[1], "r") : NULL;
	char path[4096];

	if (!list) {
		(void)fprintf(stderr, "usage: parse LIST\n");
		return 2;
	}
	while (fgets(path, sizeof(path), list)) {
		path[strcspn(path, "\n")] = '\0';
		if (parse_file(path) < 0) {
			(void)fprintf(stderr, "parse: %s cannot be parsed\n", path);
			return 1;
		}
	}
	(void)fclose(list);
	return 0;
}
