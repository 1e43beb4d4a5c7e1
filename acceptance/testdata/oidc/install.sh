#!/bin/sh
# Installs the identity provider that the tests of federation run, npm's oidc-provider, into the folder $1. It needs npm and
# a registry; the folder is used again while the version stands.
set -eu

package=oidc-provider@9.13.3
folder=$1

if [ "$(cat "$folder/installed" 2>/dev/null)" != "$package" ]; then
	rm -rf "$folder"
	mkdir -p "$folder"
	echo '{"private": true}' >"$folder/package.json"
	npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --no-save --loglevel=error "$package"
	echo "$package" >"$folder/installed"
fi
