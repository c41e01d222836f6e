#!/usr/bin/env python3
"""Flux's controllers on a repository with migrations: what syncs, what arrives, what is deleted (shop.py).

The last line says "N passed, N failed, N skipped"; exit 1 when one failed.
"""
import sys

import engines
import shop

# The comment is Argo CD's; Flux builds every folder with kustomize, which leaves out what has the annotation.
GUARDS = {"plain-both": True, "plain-annotation": True, "plain-comment": False, "plain-none": False,
          "listed-both": True, "listed-annotation": True, "listed-comment": False, "listed-none": False}

if __name__ == "__main__":
    sys.exit(shop.run(engines.Flux, {"guards": GUARDS, "options": [], "after": None,
                                     "kept": "kustomize.toolkit.fluxcd.io/prune: disabled"}))
