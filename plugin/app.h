/*
 * app.h - the program's surroundings, taken from the operating system once, by main.
 *
 * Calling order: app_init, dispatch, app_release. Nothing else in the program reads argv[0] or
 * checks what the streams are.
 */
#ifndef GCB_PLUGIN_APP_H
#define GCB_PLUGIN_APP_H

#include "plugin/command.h"

/*
 * Fills `app` in: stdout and stderr, which streams are terminals, the terminal's width, and the
 * name of the program: "kubectl gcpbackend" when it was called as kubectl calls a plugin, else the
 * base name of argv[0]. argc may be 0.
 */
void app_init(struct app *app, int argc, char *const *argv);

/* Frees the arena. */
void app_release(struct app *app);

/*
 * The name for help and messages of a program called as `path`: without directories, separated by
 * slashes or backslashes, and without ".exe".
 */
struct slice program_name(struct slice path);

#endif
