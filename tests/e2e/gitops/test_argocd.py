#!/usr/bin/env python3
"""Argo CD's controllers on a repository with migrations: what syncs, what arrives, what is deleted (shop.py).

The last line says "N passed, N failed, N skipped"; exit 1 when one failed.
"""
import sys

import engines
import shop

# A folder of plain files (directory, recurse) is guarded by the comment alone, one with a kustomization.yaml by the annotation alone.
GUARDS = {"plain-both": True, "plain-comment": True, "plain-annotation": False, "plain-none": False,
          "listed-both": True, "listed-annotation": True, "listed-comment": False, "listed-none": False}
# What is in the cluster and not in the commit any more, and is not pruned, leaves the Application OutOfSync; so does Prune=false.
AFTER = "OutOfSync"

if __name__ == "__main__":
    sys.exit(shop.run(engines.Argocd, {"guards": GUARDS, "options": ["PruneLast=true"], "after": AFTER,
                                       "kept": "argocd.argoproj.io/sync-options: Prune=false"}))
