#!/bin/sh
# Runs the tests of the functions beside them in src, and those of the pages in a browser here. Arguments are node's:
# --test-name-pattern=users. SCREENSHOTS=FOLDER keeps pictures of the pages there, CHROMIUM=FILE is the browser.
#
# Three files at a time keep two processors busy: some tests wait for what takes minutes, such as the end of a session.
set -eu
cd "$(dirname "$0")/.."
# shellcheck disable=SC2046 # one file a line, none with a space
exec node_modules/.bin/tsx --test --test-concurrency=3 --test-timeout=900000 "$@" $(find src -name '*.test.ts') test/*.spec.ts
