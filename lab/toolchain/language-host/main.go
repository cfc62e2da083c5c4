//go:build tools

// Package tools names the Node language host, which is built by its import path. Its own module is
// not served by the module proxy; v3.68.0 is the last release of the SDK's module that holds it. It
// has a module file of its own because the CLI needs another version of the same SDK.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
