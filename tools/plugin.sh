#!/bin/sh
# Pack the plugin for other languages into a folder: an archive for each platform, and their checksums.
# The plugin is a Node program, so every archive has the same files.
set -eu
[ $# -eq 1 ] || {
    echo 'usage: npm run plugin -- FOLDER' >&2
    exit 2
}
mkdir -p "$1"
target=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
version=$(node -p 'require("./package.json").version')
name=pulumi-resource-lvs-v$version
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

npm pack --silent --pack-destination "$folder" >/dev/null
tar -xzf "$folder"/*.tgz -C "$folder"
cp package-lock.json plugin/pulumi-resource-lvs plugin/pulumi-resource-lvs.cmd "$folder/package"
(cd "$folder/package" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
find "$folder/package" -name '*.map' -delete

# The same sources give the same bytes.
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$folder/package" -c . |
    gzip -n >"$folder/archive"
for platform in linux-amd64 linux-arm64 darwin-amd64 darwin-arm64 windows-amd64; do
    cp "$folder/archive" "$target/$name-$platform.tar.gz"
done
cd "$target"
sha256sum "$name"-*.tar.gz >"$name-checksums.txt"
