/*
 * unclear_file.h - files of which it is not known whether they route to a host.
 */
#ifndef GCB_INVENTORY_UNCLEAR_FILE_H
#define GCB_INVENTORY_UNCLEAR_FILE_H

#include "inventory/inventory.h"

/*
 * A file that contains the old host of the migration and is none of the manifests that are read:
 * one that cannot be parsed, values of a chart, a HelmRelease, a patch or another part of a
 * kustomization. What it is rendered into may route to the host, although no VirtualService is
 * found. So may a VirtualService in a file that the migration covers, whose host another program
 * fills in. NULL: there is none.
 */
const struct source *unclear_file(const struct inventory *inv, const struct migration *m);

#endif
