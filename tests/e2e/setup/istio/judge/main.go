// judge FILE...: what Istio says of files without a cluster, each taken by itself.
//
// Runs the command `istioctl validate` and all of Istio's analyzers, also those that `istioctl analyze --use-kube=false` leaves out
// because they ask for objects of Kubernetes, too: the one that looks for the hosts of routes is among them. For each file a line of
// JSON on stdout: {"file", "invalid" (empty: valid), "warnings", "messages": [{"code", "level", "text"}], "unread"}. Names of files
// come as arguments, or one a line on stdin.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"istio.io/istio/istioctl/pkg/cli"
	"istio.io/istio/istioctl/pkg/validate"
	"istio.io/istio/pkg/config/analysis/analyzers"
	"istio.io/istio/pkg/config/analysis/local"
	"istio.io/istio/pkg/log"
)

type message struct {
	Code  string `json:"code"`
	Level string `json:"level"`
	Text  string `json:"text"`
}

type verdict struct {
	File     string    `json:"file"`
	Invalid  string    `json:"invalid"`
	Warnings string    `json:"warnings"`
	Messages []message `json:"messages"`
	Unread   string    `json:"unread"`
}

// offline answers what `istioctl validate` asks of its surroundings; anything else would be a nil pointer.
type offline struct{ cli.Context }

func (offline) IstioNamespace() string           { return "istio-system" }
func (offline) NamespaceOrDefault(string) string { return "default" }

// validateFile is `istioctl validate -f FILE`.
func validateFile(name string, out *verdict) {
	var talk bytes.Buffer
	command := validate.NewValidateCommand(offline{})
	command.SilenceErrors, command.SilenceUsage = true, true
	command.SetOut(&talk)
	command.SetErr(&talk)
	command.SetArgs([]string{"-f", name})
	if err := command.Execute(); err != nil {
		out.Invalid = err.Error()
	}
	if text := talk.String(); text != fmt.Sprintf("%q is valid\n", name) {
		out.Warnings = text
	}
}

// analyze runs all analyzers on the one file.
func analyze(name string, data []byte, out *verdict) error {
	analyzer := local.NewIstiodAnalyzer(analyzers.AllCombined(), "", "istio-system", nil)
	// The first source decides which kinds are read from all, and only this one reads Services.
	if err := analyzer.AddTestReaderKubeSource([]local.ReaderSource{{Name: name, Reader: bytes.NewReader(data)}}); err != nil {
		out.Unread = err.Error()
	}
	if err := analyzer.AddDefaultResources(); err != nil {
		return err
	}
	stop := make(chan struct{})
	defer close(stop)
	result, err := analyzer.Analyze(stop)
	if err != nil {
		return err
	}
	for _, m := range result.Messages {
		about := ""
		if m.Resource != nil {
			about = m.Resource.Origin.FriendlyName() + ": "
		}
		text := about + fmt.Sprintf(m.Type.Template(), m.Parameters...)
		out.Messages = append(out.Messages, message{m.Type.Code(), m.Type.Level().String(), text})
	}
	return nil
}

func judge(name string, to *json.Encoder) error {
	out := verdict{File: name, Messages: []message{}}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	validateFile(name, &out)
	if err := analyze(name, data, &out); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return to.Encode(out)
}

// quiet turns Istio's own log off.
func quiet() {
	options := log.DefaultOptions()
	options.SetDefaultOutputLevel(log.OverrideScopeName, log.NoneLevel)
	_ = log.Configure(options)
}

func main() {
	quiet()
	names := os.Args[1:]
	if len(names) == 0 {
		text, _ := io.ReadAll(os.Stdin)
		for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
			names = append(names, lines.Text())
		}
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, name := range names {
		if err := judge(name, json.NewEncoder(out)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			out.Flush()
			os.Exit(2)
		}
	}
}
