//go:build tools

// Package tools keeps what go.mod is for: the API server, built as it is.
package tools

import _ "k8s.io/kubernetes/cmd/kube-apiserver"
