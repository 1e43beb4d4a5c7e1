#!/bin/sh
# Builds the console into internal/console/dist, unless what is there is newer than all that it is made from. Where Node.js is
# missing it says so and succeeds: Warder is built and works without its console.
set -eu
cd "$(dirname "$0")"

dist=../internal/console/dist/index.html
model=../internal/apigen/models/warder.json

if [ -f $dist ] && [ -z "$(find . $model \( -name node_modules -o -name dist -o -name test \) -prune -o -type f -newer $dist -print | head -n 1)" ]; then
	exit 0
fi
if ! npm --version >/dev/null 2>&1 || ! node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)'; then
	echo 'The console is not built: it needs Node.js 20.19 or later with npm.'
	exit 0
fi
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
	npm ci --silent
fi
npm run --silent build -- --logLevel warn
echo 'The console is built.'
