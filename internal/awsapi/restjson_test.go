package awsapi

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

const boardPath = "/decks/upper/1/a%2Fb"

// boarding is a request of Board; the body is the animal and what is added to it.
func boarding(query, body string) *Request {
	return &Request{
		Method: "PUT", Path: boardPath, Query: query, Header: http.Header{contentType: {jsonType}},
		Body: []byte(`{"Beast":{"name":"Bo"}` + body + `}`),
	}
}

func decodeBoard(r *Request) (*BoardInput, Missing, error) {
	in := new(BoardInput)
	missing, err := DecodeRESTJSON(ark.Operations[0], r, in)
	return in, missing, err
}

func TestDecodeRESTJSON(t *testing.T) {
	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, query, body string
		header            map[string][]string
		change            func(*BoardInput)
	}{
		{name: "required only"},
		{name: "parameters", query: "p=7&since=2024-02-29T12:00:00Z&w=b&w=a&w=", change: func(in *BoardInput) {
			in.Page, in.Since, in.Words = new(int32(7)), new(noon), []string{"b", "a", ""}
		}},
		{name: "a plus is a plus", query: "w=a+b%20c", change: func(in *BoardInput) { in.Words = []string{"a+b c"} }},
		{name: "what is left is a map's", query: "x=1&y&X-Amz-Signature=0", change: func(in *BoardInput) { in.Rest = map[string]string{"x": "1", "y": ""} }},
		{name: "headers", header: map[string][]string{
			"X-Trace": {"t"}, "X-Names": {`a, "b,""`, `c,"d\"e"`}, "X-Meta-Foo-Bar": {"1"}, "X-Meta-": {"2"},
			"X-Dates": {"Thu, 29 Feb 2024 12:00:00 GMT, Thu, 29 Feb 2024 12:00:00 GMT"},
		}, change: func(in *BoardInput) {
			in.Trace, in.Names, in.Meta = new("t"), []string{"a", "b,", "c", `d"e`}, map[string]string{"foo-bar": "1"}
			in.Dates = []time.Time{noon, noon}
		}},
		{name: "unknown members", body: `,"nope":{"a":[1,{"b":null}]},"beast":1,"name":[]`},
		{name: "null is absent", body: `,"born":null,"counts":null,"anything":null`},
		{name: "empty lists and maps", body: `,"animals":[],"counts":{}`, change: func(in *BoardInput) { in.Animals, in.Counts = []BoardAnimal{}, map[string]int32{} }},
		{name: "times", body: `,"born":1709208000,"at":"2024-02-29T14:00:00+02:00","mailed":"Thu, 29 Feb 2024 12:00:00 GMT"`, change: func(in *BoardInput) {
			in.Born, in.At, in.Mailed = new(noon), new(noon), new(noon)
		}},
		{name: "fractions of seconds", body: `,"born":1709208000.25,"at":"2024-02-29T12:00:00.25Z"`, change: func(in *BoardInput) {
			in.Born, in.At = new(noon.Add(time.Second/4)), new(noon.Add(time.Second/4))
		}},
		{name: "a time with an exponent", body: `,"born":1.709208e9`, change: func(in *BoardInput) { in.Born = new(noon) }},
		{name: "scalars", body: `,"weight":-1.5e3,"cells":-9223372036854775808,"tame":true,"picture":"AAH/"`, change: func(in *BoardInput) {
			in.Weight, in.Cells, in.Tame, in.Picture = new(-1500.0), new(int64(math.MinInt64)), new(true), []byte{0, 1, 255}
		}},
		{name: "deep", body: `,"animals":[{"name":"a","child":{"name":"b"}},{"name":""}]`, change: func(in *BoardInput) {
			in.Animals = []BoardAnimal{{Name: "a", Child: &BoardAnimal{Name: "b"}}, {}}
		}},
		{name: "map", body: `,"counts":{"b":2,"a":-1,"":0}`, change: func(in *BoardInput) { in.Counts = map[string]int32{"a": -1, "b": 2, "": 0} }},
		{name: "union", body: `,"food":{"__type":"x","fish":3,"hay":null}`, change: func(in *BoardInput) { in.Food = &Food{Fish: new(int32(3))} }},
		{name: "documents", body: `,"anything": {"a" : [1.0, "\u00e9"]} ,"many":[ null , 1 , "x" ,[]]`, change: func(in *BoardInput) {
			in.Anything = json.RawMessage(`{"a" : [1.0, "\u00e9"]}`)
			in.Many = []json.RawMessage{[]byte("null"), []byte("1"), []byte(`"x"`), []byte("[]")}
		}},
		{name: "token", body: `,"token":"t"`, change: func(in *BoardInput) { in.Token = new("t") }},
		{name: "escapes in names", body: `,"t\u006fken":"\ud834\udd1e"`, change: func(in *BoardInput) { in.Token = new("𝄞") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := &BoardInput{Deck: "upper", Cabin: new("1/a/b"), Animal: BoardAnimal{Name: "Bo"}}
			if tt.change != nil {
				tt.change(want)
			}
			r := boarding(tt.query, tt.body)
			maps.Copy(r.Header, tt.header)
			got, missing, err := decodeBoard(r)
			if err != nil || missing != nil {
				t.Fatalf("%v, missing %v", err, missing)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

// What could be read in two ways, or not as the model says, is refused in AWS's words.
func TestDecodeRESTJSONRefuses(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, tt := range []struct{ name, query, body, want string }{
		{"string for a number", "", `,"cells":"1"`, "Value at 'cells': STRING_VALUE can not be converted to a Long"},
		{"number for a string", "", `,"token":1`, "Value at 'token': NUMBER_VALUE can not be converted to a String"},
		{"list for a string", "", `,"token":["x"]`, "Value at 'token': START_ARRAY can not be converted to a String"},
		{"string for a boolean", "", `,"tame":"true"`, "Value at 'tame': STRING_VALUE can not be converted to a Boolean"},
		{"fraction", "", `,"counts":{"a":1.5}`, "Value at 'counts.a': NUMBER_VALUE can not be converted to an Integer"},
		{"fraction of nothing", "", `,"counts":{"a":1.0}`, "Value at 'counts.a': NUMBER_VALUE can not be converted to an Integer"},
		{"too great", "", `,"counts":{"a":2147483648}`, "Value at 'counts.a': NUMBER_VALUE can not be converted to an Integer"},
		{"infinite", "", `,"weight":1e400`, "Value at 'weight': NUMBER_VALUE can not be converted to a number"},
		{"NaN", "", `,"weight":"NaN"`, "Value at 'weight': STRING_VALUE can not be converted to a number"},
		{"structure for a list", "", `,"animals":{}`, "Value at 'animals': expected a list, found START_OBJECT"},
		{"list for a structure", "", `,"food":[]`, "Value at 'food': expected a structure or map, found START_ARRAY"},
		{"null in a list", "", `,"animals":[null]`, "Value at 'animals.1.member' must not be null"},
		{"null in a map", "", `,"counts":{"a":null}`, "Value at 'counts.a' must not be null"},
		{"two members of a union", "", `,"food":{"hay":"a","fish":1}`, "Value at 'food' must have exactly one of its members, and has 2"},
		{"no member of a union", "", `,"food":{"meat":1}`, "Value at 'food' must have exactly one of its members, and has 0"},
		{"time as text", "", `,"born":"2024-02-29T12:00:00Z"`, "Value at 'born': STRING_VALUE can not be converted to a Timestamp: seconds since 1970 are expected"},
		{"time as number", "", `,"at":1709208000`, "Value at 'at': NUMBER_VALUE can not be converted to a Timestamp: ISO 8601 is expected"},
		{"time in another form", "", `,"mailed":"2024-02-29T12:00:00Z"`, "Value at 'mailed': STRING_VALUE can not be converted to a Timestamp: RFC 822 is expected"},
		{"time out of range", "", `,"born":1e15`, "Value at 'born': NUMBER_VALUE can not be converted to a Timestamp: seconds since 1970 are expected"},
		{"base64", "", `,"picture":"AAH"`, "Value at 'picture': STRING_VALUE can not be converted to a Blob: base64 is expected"},
		{"a name twice", "", `,"token":"a","token":"b"`, "An object in the request's body has a name more than once"},
		{"a name twice, escaped", "", `,"token":"a","tok\u0065n":"b"`, "An object in the request's body has a name more than once"},
		{"a name twice where nobody looks", "", `,"nope":[{"a":1,"a":2}]`, "An object in the request's body has a name more than once"},
		{"a name twice in a document", "", `,"anything":{"a":1,"a":2}`, "An object in the request's body has a name more than once"},
		{"a key twice", "", `,"counts":{"a":1,"a":2}`, "An object in the request's body has a name more than once"},
		{"no UTF-8", "", ",\"token\":\"\xff\"", "The request's body is not valid JSON"},
		{"half a surrogate", "", `,"token":"\ud834"`, "The request's body is not valid JSON"},
		{"deep", "", `,"nope":` + deep(40), "The request's body is nested deeper than 32 levels."},
		{"deep document", "", `,"anything":` + deep(40), "The request's body is nested deeper than 32 levels."},
		{"many values", "", `,"many":[` + strings.TrimSuffix(strings.Repeat("0,", 40_000), ",") + `]`, "The request's body has more than 32768 values in lists and maps."},
		{"comma at the end", "", `,`, "The request's body is not valid JSON"},
		{"more behind it", "", `}{`, "There is something behind the end of the JSON value in the request's body."},
		{"parameter twice", "p=1&p=1", "", "Value at 'page' is given more than once"},
		{"no number", "p=1e3", "", "Value at 'page' can not be converted to an Integer"},
		{"no time", "since=1709208000", "", "Value at 'since' is not a timestamp of the form that this operation takes"},
		{"bad escape", "p=%zz", "", "The request has a percent sign that is not followed by two hexadecimal digits."},
		{"bytes that are no text", "w=%ff", "", "Value at 'words.1.member' is not valid UTF-8"},
		{"a name that is no text", "%ff=1", "", "is not valid UTF-8"},
		{"many parameters", strings.Repeat("&", 40_000), "", "The request has too many parameters."},
		{"a long list", strings.Repeat("w&", 10_001), "", "Value at 'words' has more than 10000 members"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := decodeBoard(boarding(tt.query, tt.body))
			var e *Error
			if !errors.As(err, &e) || e.Kind != Serialization || !strings.Contains(e.Message, tt.want) {
				t.Errorf("got %v, want SerializationException %s", err, tt.want)
			}
		})
	}
}

func TestDecodeRESTJSONBodies(t *testing.T) {
	form := http.Header{contentType: {"application/x-www-form-urlencoded"}}
	plain := http.Header{contentType: {jsonType}}
	utf16 := http.Header{contentType: {"application/json; charset=utf-16"}}
	utf8 := http.Header{contentType: {"Application/JSON; charset=UTF-8"}}
	twice := http.Header{contentType: {jsonType, jsonType}}
	for _, tt := range []struct {
		name    string
		op      int
		path    string
		header  http.Header
		body    string
		kind    *ErrorKind
		missing string
	}{
		{name: "no body", path: boardPath, missing: "[animal]"},
		{name: "empty object", path: boardPath, header: plain, body: "{}", missing: "[animal]"},
		{name: "missing below", path: boardPath, header: utf8, body: `{"Beast":{},"animals":[{}]}`, missing: "[animal.name animals.1.member.name]"},
		{name: "no type", path: boardPath, body: "{}", kind: UnsupportedMediaType},
		{name: "a form", path: boardPath, header: form, body: "Action=CreateUser", kind: UnsupportedMediaType},
		{name: "JSON as a form", path: boardPath, header: form, body: "{}", kind: UnsupportedMediaType},
		{name: "another charset", path: boardPath, header: utf16, body: "{}", kind: UnsupportedMediaType},
		{name: "two types", path: boardPath, header: twice, body: "{}", kind: UnsupportedMediaType},
		{name: "a list", path: boardPath, header: plain, body: "[]", kind: Serialization},
		{name: "null", path: boardPath, header: plain, body: "null", kind: Serialization},
		{name: "white space", path: boardPath, header: plain, body: " ", kind: Serialization},
		{name: "byte order mark", path: boardPath, header: plain, body: "\ufeff{}", kind: Serialization},
		{name: "another path", path: "/decks", kind: UnknownOperation},
		{name: "no payload", op: 2, path: "/payload/a"},
		{name: "payload", op: 2, path: "/payload/a", header: plain, body: `{"name":"x"}`},
		{name: "payload without its member", op: 2, path: "/payload/a", header: plain, body: `{}`, missing: "[animal.name]"},
		{name: "payload of another type", op: 2, path: "/payload/a", header: form, body: `{}`, kind: UnsupportedMediaType},
		{name: "no bytes", op: 1, path: "/bytes", missing: "[data]"},
		{name: "bytes", op: 1, path: "/bytes", header: form, body: "\x00\xff"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			op := ark.Operations[tt.op]
			in := reflect.New(op.Input.GoType)
			r := &Request{Method: op.Binding.Method, Path: tt.path, Header: tt.header, Body: []byte(tt.body)}
			missing, err := DecodeRESTJSON(op, r, in.Interface())
			var e *Error
			if errors.As(err, &e); (err != nil) != (tt.kind != nil) || err != nil && e.Kind != tt.kind {
				t.Fatalf("got %v, want %+v", err, tt.kind)
			}
			if got := fmt.Sprint([]string(missing)); tt.kind == nil && got != cmp.Or(tt.missing, "[]") {
				t.Errorf("missing %s, want %s", got, tt.missing)
			}
			if r.Method = "TRACE"; err == nil {
				if _, err := DecodeRESTJSON(op, r, in.Interface()); !errors.Is(err, UnknownOperation.New("")) {
					t.Errorf("another method: %v", err)
				}
			}
		})
	}
	data := new(BytesInput)
	if _, err := DecodeRESTJSON(ark.Operations[1], &Request{Method: "POST", Path: "/bytes", Body: []byte("\x00\xff")}, data); err != nil || string(data.Data) != "\x00\xff" {
		t.Errorf("bytes: %q, %v", data.Data, err)
	}
}

func TestEncodeRESTJSON(t *testing.T) {
	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		op     int
		out    any
		status int
		header map[string]string
		body   string
	}{
		{"nothing", 0, nil, 201, nil, `{"need":[]}`},
		{"required only", 0, &BoardOutput{}, 201, nil, `{"need":[]}`},
		{"body", 0, &BoardOutput{
			Animal: &BoardAnimal{Name: "ü\"<\x00", Child: &BoardAnimal{}}, Need: []string{"a", ""}, Born: new(noon.Add(time.Second / 4)), At: new(noon.Add(time.Second / 8)),
			Counts: map[string]int32{"b": 1, "a": -1}, Picture: []byte{0, 1, 255}, Weight: new(1e21), Any: []byte(`{"a": 1}`), Food: &Food{Fish: new(int32(0))},
		}, 201, nil, `{"Beast":{"name":"ü\"<\u0000","child":{"name":""}},"need":["a",""],"born":1709208000.25,"at":"2024-02-29T12:00:00.125Z",` +
			`"counts":{"a":-1,"b":1},"picture":"AAH/","weight":1e+21,"any":{"a": 1},"food":{"fish":0}}`},
		{"head", 0, &BoardOutput{
			Status: new(int32(404)), Trace: new("t"), Names: []string{"a", "b,c", `d"`, ""}, When: &noon, Meta: map[string]string{"k": "v"}, Counts: map[string]int32{}, Weight: new(math.Inf(-1)),
		}, 404, map[string]string{
			"X-Trace": "t", "X-Names": `a, "b,c", "d\"", ""`, "X-When": "Thu, 29 Feb 2024 12:00:00 GMT", "X-Meta-K": "v",
		}, `{"need":[],"counts":{},"weight":"-Infinity"}`},
		{"empty list in a header", 0, &BoardOutput{Names: []string{}}, 201, nil, `{"need":[]}`},
		{"before 1970", 0, &BoardOutput{Born: new(time.Unix(-2, 5e8))}, 201, nil, `{"need":[],"born":-1.5}`},
		{"payload", 2, &PayloadOutput{Trace: new("t"), Animal: &BoardAnimal{Name: "x"}}, 200, map[string]string{"X-Trace": "t"}, `{"name":"x"}`},
		{"no payload", 2, &PayloadOutput{}, 200, nil, `{}`},
		{"bytes", 1, &BytesOutput{[]byte("\x00\xff")}, 200, map[string]string{contentType: "application/octet-stream"}, "\x00\xff"},
		{"no bytes", 1, &BytesOutput{}, 200, map[string]string{contentType: ""}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := EncodeRESTJSON(ark.Operations[tt.op], tt.out)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{contentType: jsonType}
			maps.Copy(want, tt.header)
			maps.DeleteFunc(want, func(_, v string) bool { return v == "" })
			if r.Status != tt.status || !maps.Equal(r.Header, want) || string(r.Body) != tt.body {
				t.Errorf("got  %d %v %s\nwant %d %v %s", r.Status, r.Header, r.Body, tt.status, want, tt.body)
			}
			again, back := new(Response), []byte(nil)
			if back, err = r.MarshalBinary(); err == nil {
				err = again.UnmarshalBinary(back)
			}
			if err != nil || again.Status != r.Status || !maps.Equal(again.Header, r.Header) || string(again.Body) != string(r.Body) {
				t.Errorf("remembered: %+v, %v", again, err)
			}
		})
	}
	for name, out := range map[string]any{
		"line end in a header": &BoardOutput{Trace: new("a\r\nSet-Cookie: b")}, "no JSON": &BoardOutput{Any: []byte(`{"a"`)},
		"no year": &BoardOutput{Born: new(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))}, "another type": &BoardInput{},
	} {
		if r, err := EncodeRESTJSON(ark.Operations[0], out); err == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestRESTJSONErrors(t *testing.T) {
	invalid := arkInvalid()
	throttled := &ErrorKind{Code: "ThrottlingException", Status: 429}
	op := &Operation{Name: "Board", Errors: []*ErrorKind{invalid, throttled}}
	violation := Validate(ark.Operations[0], &BoardInput{Animal: BoardAnimal{Name: "far too long"}}, nil)
	var e *Error
	if !errors.As(violation, &e) {
		t.Fatal(violation)
	}
	const message = "1 validation error detected: Value at 'animal.name' failed to satisfy constraint: Member must have length less than or equal to 8"
	for _, tt := range []struct {
		name       string
		op         *Operation
		err        *Error
		status     int
		code, body string
	}{
		{"denied", nil, AccessDenied.New("no"), 403, "AccessDeniedException", `{"message":"no"}`},
		{"unknown key", op, InvalidClientTokenID.New("x"), 403, "UnrecognizedClientException", `{"message":"x"}`},
		{"the model's status", op, Throttling.New("x"), 429, "ThrottlingException", `{"message":"x"}`},
		{"a quota", nil, (&ErrorKind{Code: "LimitExceeded", Status: 409}).New("x"), 402, "ServiceQuotaExceededException", `{"message":"x"}`},
		{"its own", nil, NotImplemented.New("\"ü\""), 400, "NotImplemented", `{"message":"\"ü\""}`},
		{"validation without a model", nil, e, 400, "ValidationException", `{"message":"` + message + `"}`},
		{"validation", op, e, 400, "ValidationException",
			`{"message":"` + message + `","reason":"FIELD_VALIDATION_FAILED","fieldList":[{"name":"animal.name","message":"` + strings.TrimPrefix(message, "1 validation error detected: ") + `"}]}`},
		{"validation of something else", op, invalid.New("x"), 400, "ValidationException", `{"message":"x","reason":"OTHER"}`},
		{"detail", op, &Error{Kind: invalid, Message: "x", Detail: &arkErrorDetail{Reason: "MINE"}}, 400, "ValidationException", `{"message":"x","reason":"MINE"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := EncodeRESTJSONError(RESTJSONError(tt.op, tt.err))
			if err != nil {
				t.Fatal(err)
			}
			if r.Status != tt.status || r.Header[errorTypeHeader] != tt.code || r.Header[contentType] != jsonType || string(r.Body) != tt.body {
				t.Errorf("got  %d %v %s\nwant %d %s %s", r.Status, r.Header, r.Body, tt.status, tt.code, tt.body)
			}
		})
	}
	if r, err := EncodeRESTJSONError(&Error{Kind: invalid, Detail: new(BoardInput)}); err == nil {
		t.Errorf("a detail of another type: %+v", r)
	}
	if e.Kind != ValidationError {
		t.Error("RESTJSONError changed its argument")
	}
}

func TestResponseUnmarshalRefuses(t *testing.T) {
	for _, text := range []string{"", "200", "<x/>", "x\n\nbody"} {
		if err := new(Response).UnmarshalBinary([]byte(text)); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if _, err := (&Response{Header: map[string]string{"A": "b\n"}}).MarshalBinary(); err == nil {
		t.Error("a header with the end of a line is taken")
	}
}

// FuzzDecodeRESTJSON: whatever is read, written as an answer and read again is the same; every refusal is for clients.
func FuzzDecodeRESTJSON(f *testing.F) {
	f.Add(boardPath, "p=1&w=a&x=y", "a, \"b\"", `{"Beast":{"name":"x","child":{"name":"y"}},"food":{"hay":"z"},"many":[1,{}],"born":1.5,"at":"2024-02-29T12:00:00Z"}`)
	f.Add("/decks/a/b/c", "since=2024-02-29T12:00:00Z", "", `{"counts":{"a":1},"picture":"AAH/","weight":1e3,"tame":false,"anything":[[]]}`)
	f.Fuzz(func(t *testing.T, path, query, header, body string) {
		r := &Request{Method: "PUT", Path: path, Query: query, Header: http.Header{contentType: {jsonType}, "X-Names": {header}}, Body: []byte(body)}
		in, _, err := decodeBoard(r)
		if err != nil {
			if e := new(Error); !errors.As(err, &e) {
				t.Fatalf("%v is not for clients", err)
			}
			return
		}
		shape := ark.Operations[0].Input
		w := jsonWriter{}
		if err := w.structure(shape, reflect.ValueOf(in).Elem()); err != nil {
			t.Fatalf("%+v cannot be written: %v", in, err)
		}
		r.Body = w.b
		again, _, err := decodeBoard(r)
		if err != nil {
			t.Fatalf("%s is read and %s is not: %v", body, w.b, err)
		}
		// Fractions of seconds are written to the millisecond, documents as they are.
		v := jsonWriter{}
		if err := v.structure(shape, reflect.ValueOf(again).Elem()); err != nil || string(v.b) != string(w.b) {
			t.Fatalf("%s, and again %s: %v", w.b, v.b, err)
		}
	})
}
