//go:build tools

// Package tools names the language hosts of Python and Go, which are built by their import paths. Their
// own modules are not served by the module proxy; later releases of the SDK's module lack the host of Go.
package tools

import (
	_ "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go"
	_ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
)
