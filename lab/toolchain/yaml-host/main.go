//go:build tools

// Package tools names the YAML language host, which is built by its import path.
package tools

import _ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
