#!/bin/sh
# Steps of a release. The workflow runs them, and the tests too.
#
#     sh tools/release.sh name URL         name the repository in package.json
#     sh tools/release.sh pack TAG FOLDER  pack the plugin, and write the notes of this version
set -eu

name() {
    npm pkg set "repository.type=git" "repository.url=git+$1.git" "homepage=$1#readme" "bugs.url=$1/issues"
}

pack() {
    version=$(node -p 'require("./package.json").version')
    if [ "$1" != "v$version" ]; then
        echo "The tag is $1, and package.json has version $version. Make the tag with npm version." >&2
        exit 1
    fi
    mkdir -p "$2"
    node_modules/.bin/tsx tools/changelog.ts notes >"$2/notes.md"
    sh tools/plugin.sh "$2"
}

"$@"
