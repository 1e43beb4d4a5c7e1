package acceptance

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// consoleBuild builds the console once for this process and gives the folder web.
var consoleBuild = sync.OnceValues(func() (string, error) {
	folder, err := filepath.Abs("../web")
	if err != nil {
		return "", err
	}
	if out, err := exec.Command("sh", filepath.Join(folder, "build.sh")).CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the console: %w\n%s", err, out)
	}
	return folder, nil
})

// console gives the folder web with the console built; without Node.js or npm it ends the test.
func console(t *testing.T) string {
	t.Helper()
	if exec.Command("npm", "--version").Run() != nil {
		missing(t, "node", "Get Node.js 20.19 or later and npm: as root on Debian 13 or later, apt-get install nodejs npm.")
	}
	folder, err := consoleBuild()
	check(t, err)
	if _, err := os.Stat("../internal/console/dist/index.html"); err != nil {
		missing(t, "node", "The console was not built: it needs Node.js 20.19 or later.")
	}
	return folder
}

// inConsole runs a command in the folder web, for 25 minutes at most.
func inConsole(t *testing.T, folder string, env []string, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = folder, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestConsoleCheck: the compiler and the linter find nothing.
func TestConsoleCheck(t *testing.T) {
	if out, err := inConsole(t, console(t), nil, "npm", "run", "--silent", "check"); err != nil {
		t.Errorf("npm run check: %v\n%s", err, out)
	}
}

// browser gives the first Chromium there is; without one it ends the test. That without windows takes a fifth less of the processor.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, "chromium", "Get Chromium: as root on Debian, apt-get install chromium-headless-shell, or chromium.")
	return ""
}

// TestConsoleBrowser runs the tests of the folder web, each one as one of these.
func TestConsoleBrowser(t *testing.T) {
	folder := console(t)
	chromium := browser(t)
	server, err := binary()
	check(t, err)
	dist, err := filepath.Abs("../internal/console/dist")
	check(t, err)
	report := filepath.Join(t.TempDir(), "report.xml")
	out, err := inConsole(t, folder, []string{"WARDER_BINARY=" + server, "WARDER_CONSOLE_DIR=" + dist, "CHROMIUM=" + chromium},
		"npm", "test", "--silent", "--", "--test-reporter=junit", "--test-reporter-destination="+report)
	tests, remarks := consoleTests(t, report)
	if len(tests) == 0 {
		t.Fatalf("npm test ran no test: %v\n%s", err, out)
	}
	failed := false
	for _, one := range tests {
		failed = !t.Run(one.Name, one.tell) || failed
	}
	if err != nil && !failed {
		t.Errorf("npm test: %v\n%s", err, out)
	}
	if failed {
		t.Log(remarks)
	}
}

// consoleTest is one test in the report of node's runner.
type consoleTest struct {
	Name    string `xml:"name,attr"`
	Failure *struct {
		Text string `xml:",chardata"`
	} `xml:"failure"`
	Skipped *struct {
		Message string `xml:"message,attr"`
	} `xml:"skipped"`
}

func (c consoleTest) tell(t *testing.T) {
	if c.Skipped != nil {
		t.Skip(c.Skipped.Message)
	}
	if c.Failure != nil {
		t.Error(strings.TrimSpace(c.Failure.Text))
	}
}

// consoleSuite holds tests and further suites, which the runner gives another name where it cut them off. What the runner
// remarks stands in comments: among it errors of a file's that came when its test was over.
type consoleSuite struct {
	Tests   []consoleTest  `xml:"testcase"`
	Suites  []consoleSuite `xml:",any"`
	Remarks string         `xml:",comment"`
}

func (s consoleSuite) all() []consoleTest {
	tests := s.Tests
	for _, inner := range s.Suites {
		tests = append(tests, inner.all()...)
	}
	return tests
}

// consoleTests reads a report, and what the runner remarks in it; there may be none.
func consoleTests(t *testing.T, report string) (tests []consoleTest, remarks string) {
	t.Helper()
	text, err := os.ReadFile(report)
	if err != nil {
		t.Log(err)
		return nil, ""
	}
	var all consoleSuite
	check(t, xml.Unmarshal(bytes.Map(readable, text), &all))
	return all.all(), all.Remarks
}

// readable drops what node's runner writes though XML has no such characters: the colours of a terminal in the text of an error
// outside of all tests.
func readable(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' && r != '\r' {
		return -1
	}
	return r
}
