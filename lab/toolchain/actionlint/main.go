//go:build tools

// Package tools names actionlint, which is built by its import path.
package tools

import _ "github.com/rhysd/actionlint/cmd/actionlint"
