#!/bin/sh
# Installs the packages that the tests run on Node.js, to the versions and hashes of package-lock.json, into the folder $1. It
# needs npm and a registry; the folder is used again while the lock stands. After a change of package.json, write the lock by
# npm install --package-lock-only --omit-lockfile-registry-resolved
set -eu

here=$(dirname "$0")
folder=$1

if ! cmp -s "$here/package-lock.json" "$folder/installed"; then
	rm -rf "$folder"
	mkdir -p "$folder"
	cp "$here/package.json" "$here/package-lock.json" "$folder"
	npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error
	cp "$here/package-lock.json" "$folder/installed"
fi
