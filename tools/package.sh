#!/bin/sh
# Pack the package. Check that Node finds its files, and TypeScript its types, with each kind of modules.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm pack --silent --pack-destination "$folder" >/dev/null
publint run --strict "$folder"/*.tgz
# TypeScript's oldest way to find modules knows no `exports`, which schemas need.
attw --quiet "$folder"/*.tgz --exclude-entrypoints schema.json stacks/schema.json
