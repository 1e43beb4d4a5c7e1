package catalog_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
)

func TestParseServiceReference(t *testing.T) {
	text, err := os.ReadFile("testdata/myapp.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := catalog.ParseServiceReference(text)
	if err != nil {
		t.Fatal(err)
	}
	want := &catalog.Service{
		Prefix: "myapp", Name: "myapp",
		Actions: []catalog.Action{
			{Service: "myapp", Name: "Approve", Access: catalog.Write, Keys: []string{"aws:RequestTag/${TagKey}", "myapp:Amount"}, Resources: []catalog.ActionResource{{Type: "invoice"}}},
			{Service: "myapp", Name: "Export"},
			{Service: "myapp", Name: "GetInvoice", Access: catalog.Read, Resources: []catalog.ActionResource{{Type: "invoice"}}},
			{Service: "myapp", Name: "ListInvoices", Access: catalog.List},
			{Service: "myapp", Name: "PutInvoicePolicy", Access: catalog.PermissionsManagement, Resources: []catalog.ActionResource{{Type: "invoice"}}},
			{Service: "myapp", Name: "TagInvoice", Access: catalog.Tagging, Resources: []catalog.ActionResource{{Type: "invoice"}}},
		},
		Resources: []catalog.ResourceType{
			{Name: "invoice", ARNs: []string{"arn:${Partition}:myapp:${Region}:${Account}:invoice/${InvoiceId}"}, Keys: []string{"aws:ResourceTag/${TagKey}"}},
		},
		Keys: []catalog.ConditionKey{
			{Name: "aws:RequestTag/${TagKey}", Type: catalog.TypeString},
			{Name: "myapp:Amount", Type: catalog.TypeNumeric},
			{Name: "myapp:Approvers", Type: catalog.TypeARN, Multivalued: true},
		},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got  %+v\nwant %+v", s, want)
	}
	c := catalog.Load().With(s)
	if a, ok := c.Action("MyApp", "approve"); !ok || a.String() != "myapp:Approve" {
		t.Errorf("myapp:Approve is %v, %v", a, ok)
	}
	if multi, known := c.Multivalued("MYAPP:approvers"); !multi || !known {
		t.Errorf("myapp:Approvers: multivalued %v, known %v", multi, known)
	}
}

// Each document is refused, and the error says why.
func TestParseServiceReferenceRefuses(t *testing.T) {
	const head = `{"Name":"myapp","Actions":[{"Name":"Go"}]`
	tests := map[string]struct{ text, because string }{
		"nothing":               {``, "EOF"},
		"not an object":         {`[]`, "a JSON [ cannot"},
		"two documents":         {head + `}{}`, "after top-level value"},
		"unknown member":        {head + `,"Action":[]}`, "unknown member at /Action"},
		"member in lower case":  {head + `,"version":"v1"}`, "unknown member at /version"},
		"repeated member":       {head + `,"Name":"x"}`, "duplicate"},
		"bad UTF-8":             {"{\"Name\":\"my\xffapp\"}", "UTF-8"},
		"no name":               {`{"Actions":[{"Name":"Go"}]}`, "Name"},
		"prefix in upper case":  {`{"Name":"MyApp","Actions":[{"Name":"Go"}]}`, "service prefix"},
		"prefix with a star":    {`{"Name":"my*","Actions":[{"Name":"Go"}]}`, "service prefix"},
		"global prefix":         {`{"Name":"aws","Actions":[{"Name":"Go"}]}`, "global condition keys"},
		"no actions":            {`{"Name":"myapp"}`, "Actions"},
		"action with a star":    {`{"Name":"myapp","Actions":[{"Name":"G*"}]}`, `"G*" is malformed`},
		"action twice":          {`{"Name":"myapp","Actions":[{"Name":"Go"},{"Name":"GO"}]}`, "twice"},
		"too many actions":      {`{"Name":"myapp","Actions":[` + strings.Repeat(`{},`, 10_000) + `{}]}`, "at most\n1 to 10000"},
		"long name":             {`{"Name":"myapp","Actions":[{"Name":"` + strings.Repeat("a", 257) + `"}]}`, "longer than 256"},
		"undefined key":         {`{"Name":"myapp","Actions":[{"Name":"Go","ActionConditionKeys":["myapp:X"]}]}`, "not in ConditionKeys"},
		"malformed global key":  {`{"Name":"myapp","Actions":[{"Name":"Go","ActionConditionKeys":["aws:"]}]}`, "malformed"},
		"undefined resource":    {`{"Name":"myapp","Actions":[{"Name":"Go","Resources":[{"Name":"x"}]}]}`, "not in Resources"},
		"resource without ARN":  {head + `,"Resources":[{"Name":"x"}]}`, "ARNFormats"},
		"resource twice":        {head + `,"Resources":[{"Name":"x","ARNFormats":["arn:a:b:c:d:e"]},{"Name":"X","ARNFormats":["arn:a:b:c:d:e"]}]}`, "twice"},
		"short ARN":             {head + `,"Resources":[{"Name":"x","ARNFormats":["arn:aws:myapp:x"]}]}`, "malformed"},
		"ARN with a space":      {head + `,"Resources":[{"Name":"x","ARNFormats":["arn:aws:myapp:::x y"]}]}`, "malformed"},
		"key without a type":    {head + `,"ConditionKeys":[{"Name":"myapp:X"}]}`, "one type"},
		"key of unknown type":   {head + `,"ConditionKeys":[{"Name":"myapp:X","Types":["Text"]}]}`, "unknown type"},
		"key without a service": {head + `,"ConditionKeys":[{"Name":"X","Types":["String"]}]}`, "malformed"},
		"key twice":             {head + `,"ConditionKeys":[{"Name":"myapp:X","Types":["String"]},{"Name":"myapp:x","Types":["String"]}]}`, "twice"},
		"too long":              {head + `,"Version":"` + strings.Repeat(" ", 4<<20) + `"}`, "bytes"},
		"deep":                  {head + `,"Operations":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, "depth"},
	}
	for name, test := range tests {
		s, err := catalog.ParseServiceReference([]byte(test.text))
		if err == nil {
			t.Errorf("%s: got %+v, want an error", name, s)
			continue
		}
		if !slices.ContainsFunc(strings.Split(test.because, "\n"), func(part string) bool { return strings.Contains(err.Error(), part) }) {
			t.Errorf("%s: got %q, want %q in it", name, err, test.because)
		}
	}
}

func FuzzParseServiceReference(f *testing.F) {
	text, err := os.ReadFile("testdata/myapp.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"Name":"a","Actions":[{"Name":"B","ActionConditionKeys":["aws:x"]}],"ConditionKeys":[{"Name":"a:${x}b${y}","Types":["ArrayOfARN"]}]}`))
	aws := catalog.Load()
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := catalog.ParseServiceReference(text)
		if err != nil {
			return
		}
		c := aws.With(s)
		for i := range s.Actions {
			a := &s.Actions[i]
			if found, ok := c.Action(strings.ToUpper(s.Prefix), strings.ToUpper(a.Name)); !ok || found.Name != a.Name {
				t.Errorf("%s is not found", a)
			}
			for _, r := range a.Resources {
				if _, ok := s.Resource(r.Type); !ok {
					t.Errorf("%s refers to %q", a, r.Type)
				}
			}
		}
		for _, k := range s.Keys {
			if _, ok := c.ConditionKey(k.Name); !ok {
				t.Errorf("key %q is not found", k.Name)
			}
		}
	})
}

// Any name can be looked up, and what is found matches it.
func FuzzLookUp(f *testing.F) {
	for _, name := range []string{"s3:Get*", "aws:RequestTag/x", "codebuild:secondarySources/a.auth.type", "*", "s3:*?*?*?", "s3:${"} {
		f.Add(name)
	}
	c := catalog.Load()
	f.Fuzz(func(t *testing.T, name string) {
		for a := range c.Matching(name) {
			if !strings.ContainsAny(name, "*?") && !strings.EqualFold(a.String(), name) {
				t.Errorf("%q matches %s", name, a)
			}
		}
		k, ok := c.ConditionKey(name)
		if ok && !strings.Contains(k.Name, "${") && !strings.EqualFold(k.Name, name) {
			t.Errorf("%q is %q", name, k.Name)
		}
	})
}
