/*
 * libyaml.h - libyaml's events of some bytes, which is the least that any program must do that reads YAML.
 */
#ifndef GCB_TESTS_LIBYAML_H
#define GCB_TESTS_LIBYAML_H

#include "base/slice.h"

void libyaml_events(struct slice bytes);

#endif
