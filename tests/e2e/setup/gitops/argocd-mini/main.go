// argocd-mini is Argo CD's application controller and repository server in one program, picked by ARGOCD_BINARY_NAME. Argo CD's own
// program adds its API server and user interface, which no test needs and which are most of the time that it takes to compile.
package main

import (
	"os"

	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	askpass "github.com/argoproj/argo-cd/v3/cmd/argocd-git-ask-pass/commands"
	repository "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
)

func main() {
	command := controller.NewCommand()
	switch os.Getenv("ARGOCD_BINARY_NAME") {
	case "argocd-repo-server":
		command = repository.NewCommand()
	case "argocd-git-ask-pass":
		command = askpass.NewCommand()
	}
	if command.Execute() != nil {
		os.Exit(1)
	}
}
