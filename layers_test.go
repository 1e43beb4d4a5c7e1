// Package warder_test holds the rules of the whole tree: who may import whom, and what source files may not contain.
package warder_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/warder-iam/warder"

// layers is the design's table: imports go down only, from a larger number to a smaller one. "x/*" stands for every
// package directly below x that has no line of its own. Rooms that are still to be built have their place already.
var layers = map[string]int{
	"internal/seal":      0,
	"internal/visible":   0,
	"internal/wholefile": 0,
	"internal/linesort":  0,
	"internal/turns":     0,

	"arn":               1,
	"trail":             1,
	"internal/awsapi":   1,
	"internal/apigen":   1,
	"internal/sigv4":    1,
	"internal/kv":       1,
	"internal/saml":     1,
	"internal/outbound": 1,

	"internal/maplayout": 1,

	"internal/objectstore":   1,
	"internal/objectstore/*": 2, // the contract as tests

	"policy":         2,
	"catalog":        2,
	"internal/api/*": 2,
	"trail/*":        2,
	"internal/kv/*":  2,

	"policy/eval":        3,
	"policy/lint":        3,
	"internal/catalogen": 3,
	"internal/apiclient": 3,

	"directory":            4,
	"internal/localkey":    4,
	"policy/eval/evaltest": 4, // policies and requests for benchmarks

	"authz":               5,
	"policy/compare":      5,
	"directory/awsimport": 5,
	"internal/store":      5,
	"internal/session":    5,
	"internal/trailstore": 5,
	"internal/passkey":    5,
	"internal/passkey/*":  6, // an authenticator for tests

	"audit/access":        6,
	"authz/authzhttp":     6,
	"internal/authn":      6,
	"internal/alarm":      6,
	"internal/delivery":   6,
	"internal/insight":    6,
	"internal/collect":    6,
	"internal/keyscan":    6,
	"internal/signin":     6,
	"internal/exhaustive": 6, // the proof that tests of audit/escalation rest on
	"internal/oidc":       6,
	"internal/rewind":     6,

	"internal/setup": 7,

	"audit/escalation": 7,
	"audit/usage":      7,
	"audit/compare":    7,

	"audit": 8,

	"audit/report/sarif": 1,

	"audit/checks": 9,
	"audit/report": 9,
	"audit/repair": 9,

	"audit/report/reporttest": 9, // reports for tests

	"internal/accessmap": 9,
	"internal/changes":   9,

	"audit/guardrail": 10,

	"internal/server":        7,
	"internal/oidc/oidctest": 7, // a provider for tests

	"internal/server/servertest": 8, // a server for tests
	"internal/saml/samltest":     8, // an identity provider for tests
	"internal/service/*":         8,

	"internal/server/clienttest": 9, // reads answers as clients do, for tests

	"internal/guardrail": 11,
	"internal/liveaudit": 11,
	"internal/console":   11,

	"internal/app": 12,

	"cmd/*":                   13,
	"internal/operationindex": 13, // reads what app serves, for its docs
	"examples/*":              13,
	"acceptance":              13,
	"internal/accuracy":       13, // tests of the audit on labelled accounts
}

// public are the packages that other Go programs embed: "x/*" as above.
var public = []string{"arn", "policy", "policy/*", "catalog", "directory", "directory/*", "authz", "authz/*", "audit", "audit/*", "audit/report/sarif", "trail", "trail/*"}

// effects are the imports that a public package may not have: with them it would do I/O, or answer otherwise tomorrow.
var effects = []string{
	"net", "net/http", "net/rpc", "net/smtp", "net/textproto", "crypto/tls", "os", "os/exec", "os/signal", "os/user", "io/ioutil",
	"syscall", "log", "log/slog", "log/syslog", "database/sql", "expvar", "plugin", "crypto/rand", "math/rand", "math/rand/v2", "unsafe",
}

// effectsAllowed are the exceptions, each with its reason.
var effectsAllowed = map[string]string{
	"authz/authzhttp net/http": "it is the middleware for net/http",
}

// thirdParty are the modules' packages that public packages may import, each with its reason.
var thirdParty = map[string]string{
	"policy github.com/go-json-experiment/json":              "the standard parser takes duplicate and case-folded names",
	"policy/lint github.com/go-json-experiment/json":         "it reads what policy.Parse refuses, with places",
	"catalog github.com/go-json-experiment/json":             "the standard parser takes duplicate and case-folded names",
	"directory github.com/go-json-experiment/json":           "the standard parser takes duplicate and case-folded names",
	"policy/eval github.com/go-json-experiment/json":         "the standard parser takes duplicate and case-folded names",
	"trail github.com/go-json-experiment/json":               "the standard parser takes duplicate and case-folded names",
	"trail/trailfile github.com/go-json-experiment/json":     "the standard parser takes duplicate and case-folded names",
	"trail/trailfile github.com/klauspost/compress/gzip":     "decompression is what takes the time, and the standard library takes twice as long",
	"directory/awsimport github.com/go-json-experiment/json": "the standard parser takes duplicate names, and no value in pieces",
	"directory github.com/tidwall/btree":                     "the persistent trees of a snapshot",
}

// engineUsers name a storage engine: the product in one place, and the server that tests run against.
var engineUsers = []string{"internal/app", "internal/server/servertest"}

// engineDrivers are the modules that only the storage engines may import.
var engineDrivers = []string{"modernc.org/sqlite", "go.etcd.io"}

// vagueNames say nothing about what a package holds.
var vagueNames = []string{"util", "utils", "common", "helper", "helpers", "manager", "base", "core", "misc", "shared"}

// pkg is a package as go list tells it, its name without the module's.
type pkg struct {
	name    string
	dir     string
	files   []string // product files, those for other systems included
	imports []string // of product files, full paths
}

// tree lists the module's packages once.
var tree = sync.OnceValues(listPackages)

func listPackages() ([]pkg, error) {
	if err := readFolders(); err != nil {
		return nil, err
	}
	out, err := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,GoFiles,CgoFiles,IgnoredGoFiles,Imports", "./...").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var packages []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Dir                            string
			GoFiles, CgoFiles, IgnoredGoFiles, Imports []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		files := slices.DeleteFunc(slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles), func(name string) bool {
			return strings.HasSuffix(name, "_test.go")
		})
		packages = append(packages, pkg{
			name: strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/"), dir: p.Dir, files: files, imports: p.Imports,
		})
	}
}

// readFolders reads every folder's list of files, so that go test sees when one comes or goes and does not show the
// result of another tree from its cache: what go list reads it does not see.
func readFolders() error {
	return filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules") {
			return fs.SkipDir
		}
		return err
	})
}

// eachPackage runs check over the packages that have product files, and fails when it found none.
func eachPackage(t *testing.T, check func(t *testing.T, p pkg)) {
	t.Helper()
	packages, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range packages {
		if len(p.files) > 0 {
			n++
			t.Run(cmp.Or(p.name, "root"), func(t *testing.T) { check(t, p) })
		}
	}
	if n == 0 {
		t.Fatal("no package was checked")
	}
}

func parseFiles(t *testing.T, p pkg, mode parser.Mode) (*token.FileSet, []*ast.File) {
	t.Helper()
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range p.files {
		f, err := parser.ParseFile(set, filepath.Join(p.dir, name), nil, mode|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return set, files
}

// matches tells whether name is one of the patterns: itself, or "x/*" for a package directly below x.
func matches(patterns []string, name string) bool {
	return slices.Contains(patterns, name) || slices.Contains(patterns, path.Dir(name)+"/*")
}

// layerOf finds a package's place in the table.
func layerOf(name string) (int, bool) {
	if l, ok := layers[name]; ok {
		return l, true
	}
	l, ok := layers[path.Dir(name)+"/*"]
	return l, ok
}

// importProblem says why from may not import to (a full path), or "".
func importProblem(from, to string) string {
	inner, ours := strings.CutPrefix(to, module+"/")
	switch {
	case !ours:
		return outsideProblem(from, to)
	case strings.HasPrefix(inner, "internal/kv/") && inner != "internal/kv/kvtest" && from != inner && !slices.Contains(engineUsers, from):
		return "only internal/app names a storage engine, so that the engine can be changed in one place: take a kv.Store instead"
	case strings.HasPrefix(from, "internal/service/") && strings.HasPrefix(inner, "internal/service/"):
		return "services do not import each other: move what both need down, to directory or internal/store"
	}
	f, fok := layerOf(from)
	t, tok := layerOf(inner)
	switch {
	case !fok:
		return unplaced(from)
	case !tok:
		return unplaced(inner)
	case t > f:
		return fmt.Sprintf("imports go down only: %s is on layer %d, %s on layer %d. What is above is passed in by whoever "+
			"is above both (a parameter, or an interface that the lower package declares)", from, f, inner, t)
	case t == f:
		return fmt.Sprintf("packages on one layer (%d) do not import each other, so that each can be read and tested alone: "+
			"move the shared part down, or join the two in a package above", f)
	}
	return ""
}

func unplaced(name string) string {
	return fmt.Sprintf("package %s has no place yet: add it to the table in layers_test.go, on the lowest layer above all that it "+
		"imports, and to the layout in the design", name)
}

// outsideProblem judges imports of the standard library and of other modules.
func outsideProblem(from, to string) string {
	standard := !strings.Contains(strings.SplitN(to, "/", 2)[0], ".")
	switch {
	case strings.HasPrefix(from, "internal/service/") && (to == "net/http" || strings.HasPrefix(to, "net/http/")):
		return "services do not know HTTP: the pipeline in internal/server decodes and encodes for them"
	case !strings.HasPrefix(from, "internal/kv/") && slices.ContainsFunc(engineDrivers, func(m string) bool { return within(to, m) }):
		return "only the engines below internal/kv import a storage engine's driver"
	case !matches(public, from):
		return ""
	case standard && slices.Contains(effects, to) && effectsAllowed[from+" "+to] == "":
		return "public packages are pure (no I/O, no clock, no chance): take an io.Reader, an fs.FS or a value as a parameter"
	case !standard && !allowedModule(from, to):
		return "public packages import no other module without a reason: give it in the package's own comment and in thirdParty in " +
			"layers_test.go, or do without"
	}
	return ""
}

func allowedModule(from, to string) bool {
	for entry := range thirdParty {
		if name, mod, _ := strings.Cut(entry, " "); name == from && within(to, mod) {
			return true
		}
	}
	return false
}

// within tells whether path is prefix or below it.
func within(path, prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") }

func TestImportsGoDown(t *testing.T) {
	eachPackage(t, func(t *testing.T, p pkg) {
		if _, ok := layerOf(p.name); !ok {
			t.Error(unplaced(p.name))
		}
		for _, to := range p.imports {
			if problem := importProblem(p.name, to); problem != "" {
				t.Errorf("%s imports %s: %s", p.name, to, problem)
			}
		}
	})
}

func TestProductDoesNotImportTests(t *testing.T) {
	packages, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	suites := map[string]bool{}
	for _, p := range packages {
		if slices.Contains(p.imports, "testing") {
			suites[module+"/"+p.name] = true
		}
	}
	for _, p := range packages {
		for _, to := range p.imports {
			if suites[to] && !suites[module+"/"+p.name] {
				t.Errorf("%s imports %s, which is for tests only: the binary would carry package testing and its flags", p.name, to)
			}
		}
	}
}

func TestPackageNames(t *testing.T) {
	eachPackage(t, func(t *testing.T, p pkg) {
		for _, part := range strings.Split(p.name, "/") {
			if slices.Contains(vagueNames, part) {
				t.Errorf("%s: %q says nothing about what the package holds: name it for that", p.name, part)
			}
		}
	})
}

func TestPackageComments(t *testing.T) {
	eachPackage(t, func(t *testing.T, p pkg) {
		_, files := parseFiles(t, p, parser.ParseComments|parser.PackageClauseOnly)
		generated := true
		for i, f := range files {
			if f.Doc.Text() != "" && (p.files[i] == "doc.go" || ast.IsGenerated(f)) {
				return
			}
			generated = generated && ast.IsGenerated(f)
		}
		if generated {
			t.Error("a generated package needs a package comment too: have the generator write it")
			return
		}
		t.Error("no package comment in doc.go: one sentence that says why the package exists and what it may not do")
	})
}

// TestRules keeps the rules themselves right.
func TestRules(t *testing.T) {
	const own = module + "/"
	tests := []struct {
		from, to string
		problem  string // a part of it; "" where the import is fine
	}{
		{"internal/store", own + "internal/kv", ""},
		{"internal/store", own + "directory", ""},
		{"internal/store", own + "internal/session", "do not import each other"},
		{"internal/kv", own + "internal/store", "go down only"},
		{"trail", own + "internal/awsapi", "do not import each other"},
		{"internal/app", own + "internal/kv/sqlitekv", ""},
		{"internal/store", own + "internal/kv/sqlitekv", "storage engine"},
		{"internal/server/servertest", own + "internal/kv/sqlitekv", ""},
		{"internal/server/servertest", own + "internal/server", ""},
		{"internal/server", own + "internal/server/servertest", "go down only"},
		{"cmd/warder", own + "internal/kv/sqlitekv", "storage engine"},
		{"internal/kv/sqlitekv", own + "internal/kv", ""},
		{"internal/service/iam", own + "internal/service/sts", "services"},
		{"internal/service/iam", own + "internal/api/iam", ""},
		{"internal/service/iam", "net/http", "HTTP"},
		{"internal/service/iam", "net/url", ""},
		{"internal/server", "net/http", ""},
		{"internal/brandnew", own + "arn", "layers_test.go"},
		{"internal/app", own + "internal/brandnew", "layers_test.go"},
		{"policy/lint", own + "policy/eval", "do not import each other"},
		{"audit", own + "policy/compare", ""},
		{"policy", "os", "pure"},
		{"directory/awsimport", "crypto/rand", "pure"},
		{"policy/eval", "net/netip", ""},
		{"authz/authzhttp", "net/http", ""},
		{"authz", "net/http", "pure"},
		{"policy", "github.com/go-json-experiment/json/jsontext", ""},
		{"policy", "github.com/go-json-experiment/jsonplus", "without a reason"},
		{"policy/lint", "github.com/go-json-experiment/json/jsontext", ""},
		{"policy/lint", "github.com/tidwall/btree", "without a reason"},
		{"internal/store", "modernc.org/sqlite", "driver"},
		{"internal/kv/sqlitekv", "modernc.org/sqlite", ""},
	}
	for _, test := range tests {
		got := importProblem(test.from, test.to)
		if (got == "") != (test.problem == "") || !strings.Contains(got, test.problem) {
			t.Errorf("%s imports %s: %q, want %q", test.from, test.to, got, test.problem)
		}
	}
}
