// The trees that go-yaml reads: readers v2|v3
//
// Requests on stdin: a line with a length in bytes, then the bytes of a YAML file. Each answer is a line of JSON: {"error": TEXT} or
// {"documents": [NODE...]}, where a node is ["s", TYPE, TEXT], ["m", [[KEY, VALUE]...]], ["l", [ITEM...]] or ["a", NAME].
//
// v2 is the fork that sigs.k8s.io/yaml holds. It has no nodes: texts are the values it made, aliases are expanded, merge keys are gone.
// A file counts as read only if it can be decoded as sigs.k8s.io/yaml does it, into maps.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	yaml3 "gopkg.in/yaml.v3"
	yaml2 "sigs.k8s.io/yaml/goyaml.v2"
)

type node []any

// --- go-yaml v2 ---

// tree2 is a value of v2 as a node.
type tree2 struct{ node node }

func (t *tree2) UnmarshalYAML(unmarshal func(any) error) error {
	var plain any
	if err := unmarshal(&plain); err != nil {
		return err
	}
	switch plain.(type) {
	case map[any]any:
		var pairs yaml2.MapSlice
		if err := unmarshal(&pairs); err != nil {
			return err
		}
		t.node = convert2(pairs)
	case []any:
		var items []tree2
		if err := unmarshal(&items); err != nil {
			return err
		}
		list := []any{}
		for _, item := range items {
			list = append(list, item.get())
		}
		t.node = node{"l", list}
	default:
		t.node = convert2(plain)
	}
	return nil
}

// get is the node; v2 does not call UnmarshalYAML for null.
func (t *tree2) get() node {
	if t.node == nil {
		return node{"s", "null", ""}
	}
	return t.node
}

func convert2(value any) node {
	switch v := value.(type) {
	case nil:
		return node{"s", "null", ""}
	case yaml2.MapSlice:
		pairs := []any{}
		for _, item := range v {
			pairs = append(pairs, []any{convert2(item.Key), convert2(item.Value)})
		}
		return node{"m", pairs}
	case []any:
		items := []any{}
		for _, item := range v {
			items = append(items, convert2(item))
		}
		return node{"l", items}
	case string:
		return node{"s", "string", v}
	case bool:
		return node{"s", "bool", strconv.FormatBool(v)}
	case int, int64, uint64:
		return node{"s", "int", fmt.Sprint(v)}
	case float64:
		return node{"s", "float", strconv.FormatFloat(v, 'g', -1, 64)}
	default:
		return node{"s", fmt.Sprintf("%T", v), fmt.Sprint(v)}
	}
}

func read2(file []byte) ([]any, error) {
	documents := []any{}
	for decoder := yaml2.NewDecoder(bytes.NewReader(file)); ; {
		var t tree2
		if err := decoder.Decode(&t); errors.Is(err, io.EOF) {
			return documents, nil
		} else if err != nil {
			return nil, err
		}
		documents = append(documents, t.get())
	}
}

// --- go-yaml v3 ---

var types3 = map[string]string{"!!str": "string", "!!int": "int", "!!float": "float", "!!bool": "bool", "!!null": "null"}

func convert3(n *yaml3.Node) node {
	items := []any{}
	switch n.Kind {
	case yaml3.AliasNode:
		return node{"a", n.Value}
	case yaml3.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			items = append(items, []any{convert3(n.Content[i]), convert3(n.Content[i+1])})
		}
		return node{"m", items}
	case yaml3.SequenceNode:
		for _, c := range n.Content {
			items = append(items, convert3(c))
		}
		return node{"l", items}
	}
	tag := n.ShortTag()
	if name, ok := types3[tag]; ok {
		tag = name
	}
	return node{"s", tag, n.Value}
}

func read3(file []byte) ([]any, error) {
	documents := []any{}
	for decoder := yaml3.NewDecoder(bytes.NewReader(file)); ; {
		var n yaml3.Node
		if err := decoder.Decode(&n); errors.Is(err, io.EOF) {
			return documents, nil
		} else if err != nil {
			return nil, err
		}
		documents = append(documents, convert3(n.Content[0]))
	}
}

// --- requests ---

// answer is what is said about one file; a panic of the library is an error, too.
func answer(read func([]byte) ([]any, error), file []byte) (result map[string]any) {
	defer func() {
		if problem := recover(); problem != nil {
			result = map[string]any{"error": fmt.Sprint("panic: ", problem)}
		}
	}()
	documents, err := read(file)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"documents": documents}
}

func main() {
	read := map[string]func([]byte) ([]any, error){"v2": read2, "v3": read3}[os.Args[1]]
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		length, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil {
			panic(err)
		}
		file := make([]byte, length)
		if _, err := io.ReadFull(in, file); err != nil {
			panic(err)
		}
		if err := out.Encode(answer(read, file)); err != nil {
			panic(err)
		}
	}
}
