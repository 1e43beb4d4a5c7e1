package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/warder-iam/warder/audit"
)

// TestAuditReportPageSettings reads the settings file of docs/audit-report.md.
func TestAuditReportPageSettings(t *testing.T) {
	page, err := os.ReadFile("../../docs/audit-report.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindSubmatch(page)
	if example == nil {
		t.Fatal("the page has no settings")
	}
	f := &auditFile{Thresholds: audit.DefaultSettings()}
	if err := f.read(example[1]); err != nil {
		t.Fatal(err)
	}
	var in audit.Input
	f.apply(&in)
	if in.Settings.KeyAgeDays != 60 || in.Settings.UserInactiveDays != 90 || len(in.Suppressions) != 2 || len(in.Attestations) != 1 {
		t.Errorf("the settings are %+v, %+v, %+v", in.Settings, in.Suppressions, in.Attestations)
	}
}
