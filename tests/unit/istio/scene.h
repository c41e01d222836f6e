/*
 * scene.h - a file of manifests, read for a move from old.example.com to new.example.com.
 */
#ifndef GCB_TESTS_ISTIO_SCENE_H
#define GCB_TESTS_ISTIO_SCENE_H

#include "base/finding.h"
#include "istio/route.h"

#define VS(name)                                                                                   \
	"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: " name         \
	", namespace: shop}\nspec:\n"
#define ISTIO(kind)                                                                                \
	"---\napiVersion: networking.istio.io/v1\nkind: " kind                                     \
	"\nmetadata: {name: x, namespace: shop}\nspec:\n"

struct file {
	struct arena *arena;
	struct yaml_file *yaml;
	struct objects objects;
	struct findings findings;
	struct err err;
	struct vs vs; /* the first VirtualService, by file_read */
};

/* The move, with the default percentage and methods. */
struct move scene_move(void);

/* Parses the text, which must be YAML. Freed with file_close. */
void file_open(struct file *f, const char *text);
void file_close(struct file *f);

/* The same, and reads the first VirtualService: 0, or -1 with f->err. */
int file_read_vs(struct file *f, const char *text);

/* The codes of the findings, each with "@line", with blanks between: what tests compare. */
const char *file_codes(struct file *f);

#endif
