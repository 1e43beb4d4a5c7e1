// Command gate runs Warder's checks and tests, counts what really ran, and fails when something failed or nothing ran.
// It exists so that no step can pass by doing nothing; it may not know what any test is about.
//
//	gate [-fuzztime 3s] [-list] SUITE…
//
// Its last line is "N passed, N failed, N skipped". A table test counts by its cases. Every failed step counts as
// failed, a linter too, but only tests count as passed.
//
// WARDER_REQUIRE lists what a suite may not be skipped for: awscli, terraform, node, python3, boto3, botocore, xmllint, chromium, jq, s3, strace, race.
package main
