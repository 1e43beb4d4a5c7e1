package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/warder-iam/warder/policy/lint"
)

// annotation is a finding as a workflow command of GitHub Actions, which shows it beside the line of the file. See
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
func (d *validated) annotation(f *lint.Finding) string {
	level := "error"
	switch f.Type {
	case lint.Warning:
		level = "warning"
	case lint.Suggestion:
		level = "notice"
	}
	at := f.Locations[0].Span
	var properties []string
	if !d.stdin {
		properties = append(properties, "file="+escapeProperty(filepath.ToSlash(d.name)))
	}
	properties = append(properties,
		fmt.Sprintf("line=%d", at.Start.Line), fmt.Sprintf("col=%d", d.runes().of(at.Start)), fmt.Sprintf("endLine=%d", at.End.Line))
	if at.End.Line == at.Start.Line {
		properties = append(properties, fmt.Sprintf("endColumn=%d", d.runes().of(at.End)))
	}
	properties = append(properties, "title="+escapeProperty(fmt.Sprintf("%s %s", f.Type, f.Code)))
	return fmt.Sprintf("::%s %s::%s", level, strings.Join(properties, ","), escapeMessage(f.Details+"\n"+f.Link))
}

// escapeMessage keeps a text from ending the command that it stands in.
func escapeMessage(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty does so for a property, which commas and colons end too.
func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeMessage(s))
}
