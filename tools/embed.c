/*
 * embed.c - writes the files of a folder as C data: embed FOLDER NAME... >templates_data.c
 *
 * Runs at build time only. The names stand in the order of the command line; any byte may occur in
 * a file.
 */
#include <stdio.h>
#include <string.h>

/* Numbers in a line of the output. */
enum { WIDTH = 24 };

/* Writes the bytes of one file as an array with the number `index` in its name. */
static int embed_file(const char *folder, const char *name, int index)
{
	char path[4096];
	FILE *in;
	int c, n = 0;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return -1;
	in = fopen(path, "rb");
	if (!in)
		return -1;
	(void)printf("static const unsigned char bytes_%d[] = {", index);
	while ((c = getc(in)) != EOF)
		(void)printf("%s%d,", n++ % WIDTH ? "" : "\n", c);
	/* An array cannot be empty: one more byte, which is not counted. */
	(void)printf("%s0\n};\n\n", n % WIDTH ? "" : "\n");
	c = ferror(in);
	return fclose(in) || c ? -1 : 0;
}

int main(int argc, char **argv)
{
	(void)printf("/* Made by tools/embed.c. */\n#include \"template/embedded.h\"\n\n");
	for (int i = 2; i < argc; i++) {
		if (strpbrk(argv[i], "\"\\") || embed_file(argv[1], argv[i], i - 2) < 0) {
			(void)fprintf(stderr, "embed: cannot read '%s'\n", argv[i]);
			return 1;
		}
	}
	(void)printf("const struct embedded embedded_templates[] = {\n");
	for (int i = 2; i < argc; i++)
		(void)printf("\t{ \"%s\", bytes_%d, sizeof(bytes_%d) - 1 },\n", argv[i], i - 2,
			     i - 2);
	(void)printf("\t{ 0, 0, 0 },\n};\nconst size_t nembedded_templates = %d;\n",
		     argc > 2 ? argc - 2 : 0);
	return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
