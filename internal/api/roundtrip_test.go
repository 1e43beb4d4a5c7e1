package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
)

// askBotocore gives cases to testdata/roundtrip.py; the test is skipped where there is no botocore.
func askBotocore[Answer any](t *testing.T, cases []map[string]any) []Answer {
	t.Helper()
	if out, err := exec.Command("python3", "-c", "import botocore").CombinedOutput(); err != nil {
		t.Skipf("NOT CHECKED against botocore: install Debian's python3-botocore or `pip install botocore` (%v: %s)", err, out)
	}
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", filepath.Join("testdata", "roundtrip.py"))
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []Answer
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	if len(answers) != len(cases) || len(cases) == 0 {
		t.Fatalf("%d answers to %d cases", len(answers), len(cases))
	}
	return answers
}

// TestOutputsReadByBotocore holds that botocore reads from every operation's response just what was put in.
func TestOutputsReadByBotocore(t *testing.T) {
	type answer struct {
		Output    any
		RequestID string `json:"requestId"`
		Error     any
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var cases []map[string]any
	var names []string
	var wants []any
	for _, s := range services {
		for _, op := range s.Operations {
			for round := range 6 {
				out := reflect.New(op.Output.GoType)
				(&filler{rng, round, false}).fill(op.Output, out.Elem(), 0)
				text, err := awsapi.EncodeQuery(op, "request-1", out.Interface())
				if err != nil {
					t.Fatalf("%s: %v", op.Name, err)
				}
				cases = append(cases, map[string]any{"service": s.Name, "operation": op.Name, "xml": string(text), "status": 200})
				names, wants = append(names, op.Name), append(wants, normal(t, plain(op.Output, out.Elem())))
			}
		}
	}
	for i, a := range askBotocore[answer](t, cases) {
		if a.RequestID != "request-1" || a.Error != nil || !reflect.DeepEqual(a.Output, wants[i]) {
			t.Errorf("%s\ngot  %v\nwant %v\nfrom %s", names[i], a, wants[i], cases[i]["xml"])
		}
	}
}

// TestInputsWrittenByBotocore holds that a request as botocore writes it is read as it was meant.
func TestInputsWrittenByBotocore(t *testing.T) {
	type answer struct{ Body string }
	rng := rand.New(rand.NewPCG(3, 4))
	var cases []map[string]any
	var ops []*awsapi.Operation
	var wants []any
	for _, s := range services {
		for _, op := range s.Operations {
			for round := range 6 {
				in := reflect.New(op.Input.GoType)
				(&filler{rng, round, true}).fill(op.Input, in.Elem(), 0)
				cases = append(cases, map[string]any{"service": s.Name, "operation": op.Name, "input": plain(op.Input, in.Elem())})
				ops, wants = append(ops, op), append(wants, in.Interface())
			}
		}
	}
	for i, a := range askBotocore[answer](t, cases) {
		op := ops[i]
		form, err := awsapi.ParseForm("", a.Body)
		if err != nil {
			t.Fatalf("%s: %v in %s", op.Name, err, a.Body)
		}
		if action, _ := form.Get("Action"); action != op.Name {
			t.Errorf("%s: the action is %q", op.Name, action)
		}
		got := reflect.New(op.Input.GoType).Interface()
		missing, err := awsapi.DecodeQuery(op, form, got)
		if err != nil || missing != nil {
			t.Fatalf("%s: %v, missing %v in %s", op.Name, err, missing, a.Body)
		}
		if !reflect.DeepEqual(got, wants[i]) {
			t.Errorf("%s\ngot  %v\nwant %v\nfrom %s", op.Name, plain(op.Input, reflect.ValueOf(got).Elem()), cases[i]["input"], a.Body)
		}
	}
}

func TestErrorsReadByBotocore(t *testing.T) {
	type answer struct {
		RequestID string `json:"requestId"`
		Error     struct{ Type, Code, Message string }
	}
	kinds := []*awsapi.Error{iam.NoSuchEntity.New("The user with name <ü> & \"co\" cannot be found."), awsapi.InternalFailure.New("sorry")}
	var cases []map[string]any
	for _, e := range kinds {
		text := awsapi.EncodeQueryError(iam.Service, "request-1", e)
		cases = append(cases, map[string]any{"service": "iam", "operation": "GetUser", "xml": string(text), "status": e.Kind.Status})
	}
	for i, a := range askBotocore[answer](t, cases) {
		fault := "Sender"
		if kinds[i].Kind.Status >= http.StatusInternalServerError {
			fault = "Receiver"
		}
		if a.RequestID != "request-1" || a.Error.Code != kinds[i].Kind.Code || a.Error.Message != kinds[i].Message || a.Error.Type != fault {
			t.Errorf("got %+v from %s", a, cases[i]["xml"])
		}
	}
}

// filler puts random values into a structure. In round 0 all optional members are absent, in round 1 all are present,
// later each may be either.
type filler struct {
	rng   *rand.Rand
	round int
	// input is set for requests, in which a structure without members cannot be written.
	input bool
}

func (f *filler) fill(s *awsapi.Shape, v reflect.Value, depth int) {
	for i, m := range s.Members {
		bare := f.input && depth > 0 && i == 0
		if !m.Required && !bare && (f.round == 0 || f.round > 1 && f.rng.IntN(2) == 0) {
			continue
		}
		field := v.Field(i)
		if field.Kind() == reflect.Pointer {
			field.Set(reflect.New(field.Type().Elem()))
			field = field.Elem()
		}
		f.value(m.Shape, field, depth)
	}
}

func (f *filler) value(s *awsapi.Shape, v reflect.Value, depth int) {
	switch s.Kind {
	case awsapi.String:
		v.SetString(f.text())
	case awsapi.Boolean:
		v.SetBool(f.rng.IntN(2) == 0)
	case awsapi.Integer:
		v.SetInt(int64(int32(f.rng.Uint32())))
	case awsapi.Timestamp:
		v.Set(reflect.ValueOf(time.Unix(f.rng.Int64N(4e9), 0).UTC()))
	case awsapi.Blob:
		v.SetBytes([]byte(f.text() + "\x00\xff"))
	case awsapi.List:
		v.Set(reflect.MakeSlice(v.Type(), f.count(), 12))
		for i := range v.Len() {
			f.value(s.Member, v.Index(i), depth+1)
		}
	case awsapi.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range f.count() {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.value(s.Key, key, depth+1)
			f.value(s.Value, value, depth+1)
			v.SetMapIndex(key, value)
		}
	case awsapi.Structure:
		f.fill(s, v, depth+1)
	default:
		panic("the models have a new kind of shape: " + s.Name)
	}
}

// count is the length of a list: often none, sometimes over nine, so that numbers of two digits come up.
func (f *filler) count() int {
	if f.rng.IntN(8) == 0 {
		return 12
	}
	return f.rng.IntN(4)
}

func (f *filler) text() string {
	letters := []rune("abcXYZ019 /.-_~+=,@%&<>\"'\r\n\t{}:;äß日𝄞\u0085\u2028")
	text := make([]rune, f.rng.IntN(12))
	for i := range text {
		text[i] = letters[f.rng.IntN(len(letters))]
	}
	return string(text)
}

// plain turns a value into what botocore has for it.
func plain(s *awsapi.Shape, v reflect.Value) any {
	switch s.Kind {
	case awsapi.Structure:
		out := map[string]any{}
		for i, m := range s.Members {
			f := v.Field(i)
			switch f.Kind() {
			case reflect.Pointer:
				if f.IsNil() {
					continue
				}
				f = f.Elem()
			case reflect.Slice, reflect.Map:
				if f.IsNil() && !m.Required {
					continue
				}
			}
			out[m.Name] = plain(m.Shape, f)
		}
		return out
	case awsapi.List:
		out := []any{}
		for i := range v.Len() {
			out = append(out, plain(s.Member, v.Index(i)))
		}
		return out
	case awsapi.Map:
		out := map[string]any{}
		for _, k := range v.MapKeys() {
			out[k.String()] = plain(s.Value, v.MapIndex(k))
		}
		return out
	case awsapi.Timestamp:
		return v.Interface().(time.Time).Format(time.RFC3339)
	case awsapi.Blob:
		return base64.StdEncoding.EncodeToString(v.Bytes())
	}
	return v.Interface()
}

// normal is v as it comes out of JSON.
func normal(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}
