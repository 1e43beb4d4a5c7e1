package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// runCommand runs a command line in this process.
func runCommand(t *testing.T, in string, args ...string) (out, errs string, status int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	environ := []string{"HOME=" + t.TempDir()}
	status = run(t.Context(), append([]string{"warder"}, args...), strings.NewReader(in), &stdout, &stderr, environ)
	return stdout.String(), stderr.String(), status
}

// TestCorpusByCommand puts the evaluator's whole corpus to the command, with the catalogue's knowledge of condition keys.
func TestCorpusByCommand(t *testing.T) {
	files, err := filepath.Glob("../../policy/eval/testdata/corpus/*.json")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	out, errs, status := runCommand(t, "", append([]string{"policy", "test"}, files...)...)
	if status != 0 || errs != "" || !regexp.MustCompile(`^[0-9]{3,} passed, 0 failed\n$`).MatchString(out) {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	folder, _, _ := runCommand(t, "", "policy", "test", "../../policy/eval/testdata/corpus")
	if folder != out {
		t.Errorf("by the name of the folder: %swant: %s", folder, out)
	}
}

// TestJSONIsOneValue: what --json prints is JSON and nothing else, whatever comes.
func TestJSONIsOneValue(t *testing.T) {
	const document = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	const asked = `{"name":"x","expect":"Deny","request":{"principal":"*","action":"s3:GetObject","resource":"*"}}`
	for _, c := range []struct {
		in   string
		args string
	}{
		{document, "policy fmt"}, {"{", "policy fmt"}, {document, "policy fmt --check"}, {document, "policy fmt -d"},
		{document, "policy validate"}, {"{", "policy validate"}, {"", "policy validate missing.json"}, {"\xff", "policy validate --fail-on none"},
		{asked, "policy test -"}, {"{", "policy test -"}, {"", "policy test missing.json"}, {"[]", "policy test -"},
		{asked, "policy explain"},
		{document, "policy expand"}, {"{", "policy expand"}, {"", "policy expand nothing:*"},
		{"", "catalog list"}, {"", "catalog list --all"}, {"", "catalog show s3"},
		{document, "policy validate --sarif"}, {"{", "policy validate --sarif"}, {"", "policy validate --sarif missing.json"},
	} {
		args := strings.Fields(c.args)
		if !strings.Contains(c.args, "--sarif") {
			args = append(args, "--json")
		}
		out, errs, _ := runCommand(t, c.in, args...)
		if !json.Valid([]byte(out)) {
			t.Errorf("%s of %q:\n%s\n%s", c.args, c.in, out, errs)
		}
	}
}
