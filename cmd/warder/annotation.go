package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/policy/lint"
)

// annotation is a workflow command of GitHub Actions, which shows a message beside a line of a file. See
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
func annotation(level string, properties []string, message string) string {
	return fmt.Sprintf("::%s %s::%s", level, strings.Join(properties, ","), escapeMessage(message))
}

func property(name string, value any) string {
	return name + "=" + escapeProperty(fmt.Sprint(value))
}

// annotated tells whether a command writes annotations: by its flag, else where it runs as a step of a workflow.
func (p *program) annotated(cmd *cobra.Command) bool {
	if f := cmd.Flags().Lookup("github"); f.Changed {
		return f.Value.String() == "true"
	}
	return p.getenv("GITHUB_ACTIONS") == "true"
}

// annotation is a finding as an annotation.
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
		properties = append(properties, property("file", filepath.ToSlash(d.name)))
	}
	properties = append(properties,
		property("line", at.Start.Line), property("col", d.runes().of(at.Start)), property("endLine", at.End.Line))
	if at.End.Line == at.Start.Line {
		properties = append(properties, property("endColumn", d.runes().of(at.End)))
	}
	properties = append(properties, property("title", fmt.Sprintf("%s %s", f.Type, f.Code)))
	return annotation(level, properties, f.Details+"\n"+f.Link)
}

// escapeMessage keeps a text from ending the command that it stands in.
func escapeMessage(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty does so for a property, which commas and colons end too.
func escapeProperty(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeMessage(s))
}
