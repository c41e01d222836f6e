// What kustomize builds: reads directories, one a line, and writes one JSON document a line with
// what `kustomize build DIRECTORY` makes of each: its error, or the objects.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

type answer struct {
	Error string           `json:"error,omitempty"`
	Items []map[string]any `json:"items"`
}

func build(directory string) (out answer) {
	defer func() {
		if recover() != nil {
			out = answer{Error: "panic"}
		}
	}()
	options := krusty.MakeDefaultOptions()
	options.LoadRestrictions = types.LoadRestrictionsRootOnly
	made, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), directory)
	if err != nil {
		return answer{Error: err.Error()}
	}
	for _, resource := range made.Resources() {
		object, err := resource.Map()
		if err != nil {
			return answer{Error: err.Error()}
		}
		out.Items = append(out.Items, object)
	}
	return out
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	writer := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		if err := writer.Encode(build(lines.Text())); err != nil {
			os.Exit(1)
		}
	}
}
