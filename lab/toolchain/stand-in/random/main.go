// pulumi-resource-random stands in for the random plugin 4.21.2 where that cannot be had: a part
// of the lab and its tests, never shipped. It knows one resource,
// random:index/randomPassword:RandomPassword.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-go-provider/infer"
)

func main() {
	provider, err := infer.NewProviderBuilder().
		WithDescription("Stand-in for the random plugin, for tests").
		WithResources(infer.Resource(RandomPassword{})).
		Build()
	if err == nil {
		err = provider.Run(context.Background(), "random", "4.21.2")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
