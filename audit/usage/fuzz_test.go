package usage

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzReadParameters: whatever a record's request is, no more is kept of it than the limits allow, names have no case, and of
// what is no object there is nothing.
func FuzzReadParameters(f *testing.F) {
	for _, text := range []string{
		``, `null`, `[]`, `"arn:aws:s3:::b"`, `{}`, `{"roleArn": "arn:aws:iam::111122223333:role/r", "Tags": [{"Key": "a", "Value": "b"}]}`,
		`{"tagSet": {"team": "core"}}`, `{"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": "deep"}}}}}}}}`, `{"n": 1e400}`, `{"n": -0.5, "m": 12345678901234567890}`,
		`{"media": {"mediaFileUri": "s3://bucket/key"}}`, `{"a": "x", "A": "y"}`, `{"items": [{"items": ["i-1", "i-2"]}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p := readParameters(raw)
		var object map[string]any
		if isObject := json.Unmarshal(raw, &object) == nil && len(raw) > 0; p.there != isObject {
			t.Fatalf("it is there: %t", p.there)
		}
		texts := 0
		for name, list := range p.texts {
			texts += len(list)
			if name != strings.ToLower(name) {
				t.Errorf("%q has capital letters", name)
			}
		}
		if texts > maxValues+1 || len(p.arns) > texts || len(p.roles) > len(p.arns) || len(p.objects) > texts {
			t.Errorf("%d texts, %d ARNs, %d roles and %d objects are too many", texts, len(p.arns), len(p.roles), len(p.objects))
		}
		if !p.there && (texts > 0 || len(p.tags) > 0) {
			t.Error("there is something in nothing")
		}
		if list := p.texts["no such member"]; p.first("no such member") != "" && len(list) == 0 {
			t.Error("a member that is not there has a text")
		}
	})
}
