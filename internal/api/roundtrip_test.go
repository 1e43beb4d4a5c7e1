package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/api/accessanalyzer"
	"github.com/warder-iam/warder/internal/api/cloudtrail"
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
				r, err := write(op, out.Interface())
				if err != nil {
					t.Fatalf("%s: %v", op.Name, err)
				}
				cases = append(cases, r.asCase(s, op.Name))
				names, wants = append(names, op.Name), append(wants, normal(t, plain(op.Output, out.Elem())))
			}
		}
	}
	for i, a := range askBotocore[answer](t, cases) {
		if a.RequestID != "request-1" || a.Error != nil || !reflect.DeepEqual(a.Output, wants[i]) {
			t.Errorf("%s\ngot  %v\nwant %v\nfrom %s", names[i], a, wants[i], cases[i]["body"])
		}
	}
}

// reply is an answer as the server sends it.
type reply struct{ *awsapi.Response }

func write(op *awsapi.Operation, out any) (reply, error) {
	switch op.Service.Protocol {
	case awsapi.RESTJSON:
		r, err := awsapi.EncodeRESTJSON(op, out)
		return reply{r}, err
	case awsapi.JSON11:
		r, err := awsapi.EncodeJSON11(op, out)
		return reply{r}, err
	}
	body, err := awsapi.EncodeQuery(op, "request-1", out)
	return reply{&awsapi.Response{Status: http.StatusOK, Body: body}}, err
}

// asCase is the answer as roundtrip.py takes it.
func (r reply) asCase(s *awsapi.Service, operation string) map[string]any {
	header := maps.Clone(r.Header)
	if header == nil {
		header = map[string]string{}
	}
	header["x-amzn-requestid"] = "request-1"
	return map[string]any{
		"model": strings.ToLower(s.ID), "operation": operation, "status": r.Status, "headers": header, "body": string(r.Body),
	}
}

// sent is a request as botocore writes it.
type sent struct {
	Method, Target, Body string
	Headers              map[string]string
}

// read decodes the request as the operation's protocol says.
func (r *sent) read(op *awsapi.Operation, in any) (awsapi.Missing, error) {
	path, query, _ := strings.Cut(r.Target, "?")
	header := http.Header{}
	for name, value := range r.Headers {
		header.Set(name, value)
	}
	request := &awsapi.Request{Method: r.Method, Path: path, Query: query, Header: header, Body: []byte(r.Body)}
	switch op.Service.Protocol {
	case awsapi.RESTJSON:
		return awsapi.DecodeRESTJSON(op, request, in)
	case awsapi.JSON11:
		if target := header.Get(awsapi.TargetHeader); target != op.Service.Target+"."+op.Name || r.Method != http.MethodPost || r.Target != "/" {
			return nil, fmt.Errorf("%s %s %q", r.Method, r.Target, target)
		}
		return awsapi.DecodeJSON11(op, request, in)
	}
	form, err := awsapi.ParseForm(query, r.Body)
	if err != nil {
		return nil, err
	}
	if action, _ := form.Get("Action"); action != op.Name {
		return nil, fmt.Errorf("the action is %q", action)
	}
	return awsapi.DecodeQuery(op, form, in)
}

// TestInputsWrittenByBotocore holds that a request as botocore writes it is read as it was meant.
func TestInputsWrittenByBotocore(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var cases []map[string]any
	var ops []*awsapi.Operation
	var wants []any
	for _, s := range services {
		for _, op := range s.Operations {
			for round := range 6 {
				in := reflect.New(op.Input.GoType)
				(&filler{rng, round, true}).fill(op.Input, in.Elem(), 0)
				cases = append(cases, map[string]any{"model": strings.ToLower(s.ID), "operation": op.Name, "input": plain(op.Input, in.Elem())})
				ops, wants = append(ops, op), append(wants, in.Interface())
			}
		}
	}
	for i, a := range askBotocore[sent](t, cases) {
		op := ops[i]
		got := reflect.New(op.Input.GoType).Interface()
		missing, err := a.read(op, got)
		if err != nil || missing != nil {
			t.Fatalf("%s: %v, missing %v in %+v", op.Name, err, missing, a)
		}
		if !reflect.DeepEqual(got, wants[i]) {
			t.Errorf("%s\ngot  %v\nwant %v\nfrom %+v", op.Name, plain(op.Input, reflect.ValueOf(got).Elem()), cases[i]["input"], a)
		}
	}
}

// errorCase is an error and what botocore is to read from it.
type errorCase struct {
	service   *awsapi.Service
	operation string
	err       *awsapi.Error
	fault     string // of the query protocol
	fields    string // of the error's own structure, as JSON
}

func TestErrorsReadByBotocore(t *testing.T) {
	type answer struct {
		RequestID string `json:"requestId"`
		Error     struct{ Type, Code, Message string }
		Output    any
	}
	detail := &accessanalyzer.ConflictExceptionDetail{ResourceId: "ü", ResourceType: "a\"b"}
	errs := []errorCase{
		{iam.Service, "GetUser", iam.NoSuchEntity.New("The user with name <ü> & \"co\" cannot be found."), "Sender", `{}`},
		{iam.Service, "GetUser", awsapi.InternalFailure.New("sorry"), "Receiver", `{}`},
		{accessanalyzer.Service, "CreateAnalyzer", &awsapi.Error{Kind: accessanalyzer.ConflictException, Message: "<ü> & \"co\"", Detail: detail}, "",
			`{"message":"<ü> & \"co\"","resourceId":"ü","resourceType":"a\"b"}`},
		{accessanalyzer.Service, "CreateAnalyzer", accessanalyzer.AccessDeniedException.New("no"), "", `{"message":"no"}`},
		{accessanalyzer.Service, "CreateAnalyzer", &awsapi.Error{
			Kind: accessanalyzer.ThrottlingException, Message: "slower", Detail: &accessanalyzer.ThrottlingExceptionDetail{RetryAfterSeconds: new(int32(7))},
		}, "", `{"message":"slower","retryAfterSeconds":7}`},
		{cloudtrail.Service, "GetTrail", cloudtrail.TrailNotFoundException.New("<ü> & \"co\""), "", `{}`},
		{cloudtrail.Service, "GetTrail", awsapi.JSON11Error(nil, awsapi.AccessDenied.New("no")), "", `{}`},
	}
	var cases []map[string]any
	for _, e := range errs {
		r, err := reply{&awsapi.Response{Status: e.err.Kind.Status, Body: awsapi.EncodeQueryError(e.service, "request-1", e.err)}}, error(nil)
		switch e.service.Protocol {
		case awsapi.RESTJSON:
			r.Response, err = awsapi.EncodeRESTJSONError(e.err)
		case awsapi.JSON11:
			r.Response, err = awsapi.EncodeJSON11Error(e.err)
		}
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, r.asCase(e.service, e.operation))
	}
	for i, a := range askBotocore[answer](t, cases) {
		e := errs[i]
		var fields any
		if err := json.Unmarshal([]byte(e.fields), &fields); err != nil {
			t.Fatal(err)
		}
		if a.RequestID != "request-1" || a.Error.Code != e.err.Kind.Code || a.Error.Message != e.err.Message || a.Error.Type != e.fault {
			t.Errorf("got %+v from %s", a, cases[i]["body"])
		}
		if e.service.Protocol == awsapi.RESTJSON && !reflect.DeepEqual(a.Output, fields) {
			t.Errorf("fields %v from %s", a.Output, cases[i]["body"])
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
	only := -1
	if s.Union {
		only = f.rng.IntN(len(s.Members))
	}
	for i, m := range s.Members {
		if only >= 0 {
			if i == only {
				f.member(&m, v.Field(i), depth)
			}
			continue
		}
		bare := f.input && depth > 0 && i == 0
		if !m.Required && !bare && (f.round == 0 || f.round > 1 && f.rng.IntN(2) == 0) {
			continue
		}
		f.member(&m, v.Field(i), depth)
	}
}

func (f *filler) member(m *awsapi.Member, field reflect.Value, depth int) {
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	f.value(m.Shape, field, depth)
	switch {
	case m.Location == awsapi.InLabel && field.Len() == 0:
		field.SetString("/") // a label is never empty
	case m.Location == awsapi.InQuery && m.Shape.Kind == awsapi.List && field.Len() == 0:
		field.Set(reflect.ValueOf([]string{""})) // an empty list is not written
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
	case awsapi.Long:
		v.SetInt(int64(f.rng.Uint64()))
	case awsapi.Double:
		v.SetFloat(f.rng.NormFloat64())
	case awsapi.Float:
		v.SetFloat(float64(float32(f.rng.NormFloat64())))
	case awsapi.Document:
		v.SetBytes([]byte(`{"a":[1,null,"x"]}`))
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
	case awsapi.Document:
		return v.Interface().(json.RawMessage)
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
