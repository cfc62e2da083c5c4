// pulumi-resource-command stands in for the command plugin 1.2.1 where that cannot be had: a part
// of the lab and its tests, never shipped. It knows one resource, command:remote:Command, and is
// built on the libraries of the genuine plugin, so that check, diff, preview and secrets are theirs.
// What it does beyond them is what tests/toolchain/command.test.ts holds both plugins to.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-go-provider/infer"
)

func main() {
	provider, err := infer.NewProviderBuilder().
		WithDescription("Stand-in for the command plugin, for tests").
		WithResources(infer.Resource(Command{})).
		Build()
	if err == nil {
		err = provider.Run(context.Background(), "command", "1.2.1")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
