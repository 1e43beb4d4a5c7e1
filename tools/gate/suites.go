package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// suite is one named part of the checks.
type suite struct {
	name    string
	about   string
	clients []*client // what it needs from outside; with one of them it can do its part
	checks  bool      // it holds no tests
	waits   bool      // it waits more than it computes: it runs beside others such
	run     func(ctx context.Context, g *gate) (count, error)
}

func (s suite) hasTests() bool { return !s.checks }

// suites are all there are, in the order in which make test runs them.
func suites() []suite {
	return []suite{
		{name: "lint", about: "gofmt, go vet, staticcheck, errcheck", checks: true, run: runLint},
		{name: "unit", about: "the packages' own tests, under the race detector", run: runUnit},
		{name: "tools", about: "the tests of the checks themselves", run: module("tools")},
		{name: "bench", about: "the benchmarks measure what they say, not how fast", run: module("bench")},
		{name: "accuracy", about: "the audit of labelled accounts: no miss, no false alarm", run: runAccuracy},
		{name: "fuzz", about: "every fuzz target for a short time", run: runFuzz},
		{name: "awscli", about: "the AWS CLI drives the binary", clients: []*client{awsCLI()}, run: acceptance("TestAWSCLI")},
		{name: "oidc", about: "people of npm's oidc-provider get into a role", clients: []*client{node()}, run: acceptance("TestOIDC")},
		{
			name: "scenario", about: "one scenario, from users to federation, through boto3 and the AWS SDK for JavaScript",
			clients: []*client{boto3(), node()}, run: acceptance("TestScenario"),
		},
		{
			name: "reports", about: "other people's tools take the audit's reports, and a browser its page",
			clients: []*client{boto3(), node(), xmllint(), chromium()}, run: acceptance("TestReports"),
		},
		{
			name: "console", about: "the console in a real browser, and what the compiler and the linter say of it",
			clients: []*client{node(), chromium()}, run: acceptance("TestConsole"),
		},
		{
			name: "trail", about: "trails in an S3 server that is not ours; the AWS CLI validates them, and other people's tools read them",
			clients: []*client{awsCLI(), node(), jq()}, waits: true, run: acceptance("TestTrail"),
		},
		{name: "terraform", about: "Terraform drives the binary", clients: []*client{terraform()}, waits: true, run: acceptance("TestTerraform")},
		{name: "crash", about: "kill -9 under load loses nothing", waits: true, run: acceptance("TestCrash")},
		{
			name: "audit", about: "an account is the same live and in its exported files",
			clients: []*client{awsCLI(), terraform()}, waits: true, run: acceptance("TestAudit"),
		},
		{name: "sdk", about: "the AWS SDK for Go drives the binary", waits: true, run: acceptance("TestSDK")},
		{name: "hostile", about: "malformed requests and bad connections", waits: true, run: acceptance("TestHostile")},
		{
			name: "powercut", about: "a cut of power at any write or sync loses nothing that was acknowledged",
			clients: []*client{strace()}, waits: true, run: acceptance("TestPowerCut"),
		},
	}
}

// acceptancePrefixes are the beginnings of test names in the folder acceptance, one for each suite.
func acceptancePrefixes() []string {
	return []string{"TestSDK", "TestAWSCLI", "TestTerraform", "TestAudit", "TestOIDC", "TestScenario", "TestReports", "TestConsole", "TestTrail", "TestCrash", "TestPowerCut", "TestHostile"}
}

// acceptance runs the tests in the folder acceptance whose names begin with prefix.
func acceptance(prefix string) func(context.Context, *gate) (count, error) {
	return func(ctx context.Context, g *gate) (count, error) {
		if _, err := os.Stat(filepath.Join(g.root, "acceptance")); err != nil {
			return count{}, errors.New("there is no folder acceptance")
		}
		if err := g.checkAcceptanceNames(ctx); err != nil {
			return count{}, err
		}
		return g.goTest(ctx, ".", "-timeout=30m", "-count=1", "-run=^"+prefix, "./acceptance/...")
	}
}

// checkAcceptanceNames finds tests that no suite would run.
func (g *gate) checkAcceptanceNames(ctx context.Context) error {
	names, err := g.output(ctx, ".", "go", "test", "-list=^Test", "./acceptance/...")
	if err != nil {
		return fmt.Errorf("listing the acceptance tests: %w", err)
	}
	return orphans(names)
}

func orphans(list string) error {
	for name := range strings.FieldsSeq(list) {
		if !strings.HasPrefix(name, "Test") {
			continue
		}
		known := false
		for _, prefix := range acceptancePrefixes() {
			known = known || strings.HasPrefix(name, prefix)
		}
		if !known {
			return fmt.Errorf("acceptance test %s belongs to no suite: its name must begin with one of %v", name, acceptancePrefixes())
		}
	}
	return nil
}

func runUnit(ctx context.Context, g *gate) (count, error) {
	packages, err := g.packages(ctx)
	if err != nil {
		return count{}, err
	}
	args := []string{"-timeout=15m"}
	g.present(ctx, boto3()) // botocore, which comes with it, reads our answers; the test says so where it is missing
	race := raceDetector()
	if g.present(ctx, race) {
		args = append(args, "-race")
		for _, path := range unwatched() {
			args = append(args, "-gcflags="+path+"=-race=false")
		}
	} else if missing := g.withoutClient("unit", "data races", race); missing.failed > 0 {
		return missing, nil
	}
	return g.goTest(ctx, ".", append(args, packages...)...)
}

// unwatched are the packages that the race detector leaves out. SQLite in Go keeps its data in memory of its own, outside Go's
// heap, where the detector sees nothing; looking on took two thirds of the processor time of every test with a store. Flate
// unpacks the catalogue. Our packages and SQLite's driver are watched.
//
// No package may stand here that uses sync.Map or atomic.Pointer: the linker may take its copy of their generic code for the whole
// program, and the detector takes what they order for a race.
func unwatched() []string {
	return []string{"modernc.org/sqlite/lib", "modernc.org/libc/...", "modernc.org/memory", "compress/flate"}
}

// accuracyPackage has the labelled accounts; without the race detector, since it tries everything.
const accuracyPackage = "./internal/accuracy"

// runAccuracy shows the confusion matrix whether or not it is as it should be.
func runAccuracy(ctx context.Context, g *gate) (count, error) {
	if _, err := os.Stat(filepath.Join(g.root, accuracyPackage)); err != nil {
		return count{}, fmt.Errorf("there is no folder %s", accuracyPackage)
	}
	r := newReport(g.out)
	r.shown = "TestConfusionMatrix"
	return g.goTestInto(ctx, r, ".", "-timeout=10m", accuracyPackage)
}

// packages are those of the main module but for the acceptance tests and the labelled accounts, which have suites of their
// own.
func (g *gate) packages(ctx context.Context) ([]string, error) {
	list, err := g.output(ctx, ".", "go", "list", "./...")
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var packages []string
	for name := range strings.FieldsSeq(list) {
		if !strings.Contains(name+"/", "/acceptance/") && !strings.HasSuffix(name, strings.TrimPrefix(accuracyPackage, ".")) {
			packages = append(packages, name)
		}
	}
	return packages, nil
}

// modules are the folders with a go.mod of their own beside the main one, as far as they are there.
func (g *gate) modules() []string {
	var dirs []string
	for _, dir := range []string{"tools", "bench"} {
		if _, err := os.Stat(filepath.Join(g.root, dir, "go.mod")); err == nil {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// module runs the tests of a folder with a go.mod of its own.
func module(dir string) func(context.Context, *gate) (count, error) {
	return func(ctx context.Context, g *gate) (count, error) {
		if !slices.Contains(g.modules(), dir) {
			return count{}, fmt.Errorf("there is no module in %s", dir)
		}
		return g.goTest(ctx, dir, "-timeout=10m", "./...")
	}
}
