//go:build tools

// Package tools names the pulumi CLI, which is built by its import path: the module file here
// pins what goes into it. (No program can import a main package; `go mod tidy` still reads this.)
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
