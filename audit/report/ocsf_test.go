package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/audit/report/reporttest"
)

// ocsfObject is what OCSF says of an object, as far as Warder writes it: its attributes with their types, "!" behind those
// that must be there. A type is string, integer, a list of strings as string*, or the name of an object.
type ocsfObject map[string]string

// ocsfSchema restates Compliance Finding with the profile cloud. Source: ocsf-schema on GitHub, versions 1.1.0 to 1.5.0:
// events/base_event.json, events/findings/finding.json and compliance_finding.json, profiles/cloud.json and objects/….
var ocsfSchema = map[string]ocsfObject{
	"event": {
		"activity_id": "integer!", "activity_name": "string", "category_uid": "integer!", "category_name": "string", "class_uid": "integer!",
		"class_name": "string", "type_uid": "integer!", "time": "integer!", "severity_id": "integer!", "severity": "string", "status_id": "integer",
		"status": "string", "message": "string", "metadata": "metadata!", "finding_info": "finding_info!", "compliance": "compliance!",
		"resource": "resource", "resources": "resource*", "remediation": "remediation", "cloud": "cloud!",
	},
	"metadata":     {"version": "string!", "product": "product!", "profiles": "string*"},
	"product":      {"name": "string", "vendor_name": "string!", "version": "string"},
	"finding_info": {"uid": "string!", "title": "string!", "desc": "string", "created_time": "integer", "first_seen_time": "integer", "last_seen_time": "integer", "types": "string*"},
	"compliance":   {"control": "string", "standards": "string*!", "requirements": "string*", "status_id": "integer", "status": "string"},
	"resource":     {"uid": "string!", "type": "string"},
	"remediation":  {"desc": "string!"},
	"cloud":        {"provider": "string!", "account": "account"},
	"account":      {"uid": "string!", "type": "string"},
}

// TestOCSFSchema checks events of every version by what the schema says; no validator for OCSF comes from a registry that
// the tests may use.
func TestOCSFSchema(t *testing.T) {
	for _, version := range ocsfVersions {
		t.Run(version, func(t *testing.T) {
			r := reporttest.Large()
			r.Findings = append(r.Findings, reporttest.Sample().Findings...)
			var text bytes.Buffer
			if err := writeOCSF(&text, r, Options{Tool: "1.2.3", OCSF: version}); err != nil {
				t.Fatal(err)
			}
			var events []map[string]any
			d := json.NewDecoder(&text)
			d.UseNumber()
			if err := d.Decode(&events); err != nil {
				t.Fatal(err)
			}
			if len(events) != len(r.Findings) {
				t.Fatalf("%d events of %d findings", len(events), len(r.Findings))
			}
			for _, e := range events {
				checkOCSF(t, "event", e)
				_, one := e["resource"]
				_, list := e["resources"]
				if since := version >= "1.3.0"; one == since || list != since {
					t.Errorf("resource in version %s: %v, resources: %v", version, one, list)
				}
				if got := fmt.Sprintf("%v %v %v %v", e["category_uid"], e["class_uid"], e["activity_id"], e["type_uid"]); got != "2 2003 1 200301" {
					t.Errorf("the event is %s", got)
				}
				known := map[string][]string{
					"severity": {"1 Informational", "2 Low", "3 Medium", "4 High", "5 Critical"}, "status": {"1 New", "3 Suppressed"},
				}
				for name, values := range known {
					if got := fmt.Sprint(e[name+"_id"], " ", e[name]); !slices.Contains(values, got) {
						t.Errorf("%s is %s", name, got)
					}
				}
			}
		})
	}
}

// checkOCSF checks one object.
func checkOCSF(t *testing.T, kind string, object map[string]any) {
	t.Helper()
	schema := ocsfSchema[kind]
	for name := range object {
		if schema[name] == "" {
			t.Errorf("%s has no attribute %s", kind, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(schema)) {
		typ, required := strings.CutSuffix(schema[name], "!")
		value, there := object[name]
		if !there {
			if required {
				t.Errorf("%s lacks %s", kind, name)
			}
			continue
		}
		typ, many := strings.CutSuffix(typ, "*")
		values := []any{value}
		if many {
			list, ok := value.([]any)
			if !ok {
				t.Errorf("%s of %s is no list", name, kind)
			}
			values = list
		}
		for _, v := range values {
			if !ofType(t, typ, v) {
				t.Errorf("%s of %s is no %s: %v", name, kind, typ, v)
			}
		}
	}
}

func ofType(t *testing.T, typ string, value any) bool {
	t.Helper()
	switch v := value.(type) {
	case string:
		return typ == "string" && v != ""
	case json.Number:
		_, err := v.Int64()
		return typ == "integer" && err == nil
	case map[string]any:
		checkOCSF(t, typ, v)
		return ocsfSchema[typ] != nil
	}
	return false
}
