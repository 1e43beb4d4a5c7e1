package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/audit"
)

const docsPage = "../../docs/audit-report.md"

func docs(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(docsPage)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// headings of the page, by the name of the type that each tells of.
var headings = map[string]string{
	"Report": "Report", "AccountSummary": "Account", "CheckInfo": "Check", "Reference": "Reference", "Assessment": "Assessment", "Gap": "Gap",
	"Finding": "Finding", "Evidence": "Evidence", "Remedy": "Remedy", "Suppression": "Suppression", "Administrator": "Administrator", "Part": "Part",
	"Escalation": "Escalation", "Step": "Step", "Request": "Request", "Requirement": "Requirement", "Statement": "Statement", "Cut": "Cut",
	"External": "External access", "Score": "Score", "AreaScore": "Area's score", "Move": "Move",
}

// TestDocsFields: the page tells every field of the JSON in its order, and none that there is not.
func TestDocsFields(t *testing.T) {
	page := docs(t)
	types := map[string]reflect.Type{}
	collect(reflect.TypeFor[audit.Report](), types)
	if len(types) != len(headings) {
		t.Errorf("%d types are in a report and %d are told", len(types), len(headings))
	}
	for name, typ := range types {
		_, section, ok := strings.Cut(page, "\n### "+headings[name]+"\n")
		if !ok || headings[name] == "" {
			t.Errorf("%s has no section for %s", docsPage, name)
			continue
		}
		if got, want := firstColumn(section), fields(typ); !slices.Equal(got, want) {
			t.Errorf("of %s %s tells %q, there are %q", name, docsPage, got, want)
		}
	}
}

// collect finds the struct types of this module that a type is made of.
func collect(t reflect.Type, found map[string]reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		collect(t.Elem(), found)
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() || found[t.Name()] != nil {
			return
		}
		found[t.Name()] = t
		for i := range t.NumField() {
			f := t.Field(i)
			switch {
			case f.Anonymous:
				for j := range f.Type.NumField() {
					if in := f.Type.Field(j); in.IsExported() {
						collect(in.Type, found)
					}
				}
			case f.IsExported():
				collect(f.Type, found)
			}
		}
	}
}

// fields are the JSON names of a struct.
func fields(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			names = append(names, fields(f.Type)...)
		case name != "":
			names = append(names, name)
		case f.IsExported():
			names = append(names, f.Name)
		}
	}
	return names
}

// firstColumn are the names in the first table of a section.
func firstColumn(section string) []string {
	var names []string
	for line := range strings.Lines(strings.TrimLeft(section, "\n")) {
		if !strings.HasPrefix(line, "|") {
			break
		}
		if rest, ok := strings.CutPrefix(line, "| `"); ok {
			name, _, _ := strings.Cut(rest, "`")
			names = append(names, name)
		}
	}
	return names
}

// TestDocsExample: the page's report is one, as the program writes it, and every other form can be made of it.
func TestDocsExample(t *testing.T) {
	example := regexp.MustCompile("(?s)```json\n(.*?)```").FindStringSubmatch(docs(t))
	if example == nil {
		t.Fatal("the page has no example")
	}
	var r audit.Report
	d := json.NewDecoder(strings.NewReader(example[1]))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := writeJSON(&again, &r, Options{}); err != nil {
		t.Fatal(err)
	}
	if again.String() != example[1] {
		t.Errorf("the program would write\n%s", again.String())
	}
	for _, f := range Formats() {
		var text bytes.Buffer
		if err := f.Write(&text, &r, Options{}); err != nil || !strings.Contains(text.String(), "AKIAIOSFODNN7EXAMPLE") {
			t.Errorf("%s of the example: %v\n%s", f.Name, err, text.String())
		}
	}
}

// TestDocsForms: the page tells every form as Formats has it.
func TestDocsForms(t *testing.T) {
	var table strings.Builder
	table.WriteString("| form | file | what for |\n|---|---|---|\n")
	for _, f := range Formats() {
		fmt.Fprintf(&table, "| `%s` | `%s` | %s |\n", f.Name, f.Extension, f.About)
	}
	if !strings.Contains(docs(t), "\n"+table.String()+"\n") {
		t.Errorf("the page does not have\n%s", table.String())
	}
}

// TestDocsThresholds: the page tells every threshold with its default.
func TestDocsThresholds(t *testing.T) {
	_, section, ok := strings.Cut(docs(t), "\nThe thresholds, each with its default:\n")
	if !ok {
		t.Fatal("the page has no thresholds")
	}
	settings := reflect.ValueOf(audit.DefaultSettings())
	names := fields(settings.Type())
	if got := firstColumn(section); !slices.Equal(got, names) {
		t.Errorf("the page has %q, there are %q", got, names)
	}
	for i, name := range names {
		value := fmt.Sprintf(" %v ", settings.Field(i))
		if settings.Field(i).Kind() == reflect.Slice {
			value = " "
		}
		if row := "| `" + name + "` |" + value + "|"; !strings.Contains(section, row) {
			t.Errorf("the page does not have %q", row)
		}
	}
}
