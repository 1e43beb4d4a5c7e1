package awsapi

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

const zooNeeds = `"Name":"Bo","Legs":4,"Born":1577923200,"Den":{"Number":7}`

func asJSON11(body string) *Request {
	return &Request{Method: "POST", Path: "/", Header: http.Header{contentType: {json11Type}}, Body: []byte(body)}
}

func TestDecodeJSON11(t *testing.T) {
	born := time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, body string
		change     func(*PutAnimalInput)
	}{
		{name: "required only"},
		{name: "null is absent", body: `,"Nick":null,"Words":null`},
		{name: "unknown members", body: `,"name":1,"nope":[{"a":null}]`},
		{name: "times", body: `,"Seen":1577923200.25`, change: func(in *PutAnimalInput) { in.Seen = new(born.Add(time.Second / 4)) }},
		{name: "scalars", body: `,"Tame":false,"Weight":1.5e1,"Length":-0.5,"Cells":9007199254740993,"Picture":"AAH/","Nick":"\ud834\udd1e"`, change: func(in *PutAnimalInput) {
			in.Tame, in.Weight, in.Length, in.Cells, in.Picture, in.Nick = new(false), new(15.0), new(float32(-0.5)), new(int64(9007199254740993)), []byte{0, 1, 255}, new("𝄞")
		}},
		{name: "lists and maps", body: `,"Words":[],"Tags":[{"Key":"k","Value":"v"},{"Key":""}],"Grid":[[1],[]],"Counts":{"b":2,"a":-1},"Homes":{"x":{"Number":1}}`, change: func(in *PutAnimalInput) {
			in.Words, in.Tags, in.Grid = []string{}, []Tag{{"k", new("v")}, {}}, [][]int32{{1}, {}}
			in.Counts, in.Homes = map[string]int32{"a": -1, "b": 2}, map[string]Den{"x": {Number: 1}}
		}},
		{name: "deep", body: `,"Child":{"Child":{"Name":"c"},"Kids":[{}]}`, change: func(in *PutAnimalInput) {
			in.Child = &Animal{Child: &Animal{Name: new("c")}, Kids: []Animal{{}}}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := &PutAnimalInput{Name: "Bo", Legs: 4, Born: born, Den: Den{Number: 7}}
			if tt.change != nil {
				tt.change(want)
			}
			got := new(PutAnimalInput)
			missing, err := DecodeJSON11(zoo, asJSON11("{"+zooNeeds+tt.body+"}"), got)
			if err != nil || missing != nil {
				t.Fatalf("%v, missing %v", err, missing)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestDecodeJSON11Refuses(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"nothing", "", "The request's body is not valid JSON, at byte 0."},
		{"a list", "[]", "The request's body must be a JSON object, and is START_ARRAY"},
		{"null", "null", "The request's body must be a JSON object, and is NULL_VALUE"},
		{"two values", "{} {}", "There is something behind the end of the JSON value in the request's body."},
		{"a name twice", `{"Name":"a","Name":"b"}`, "An object in the request's body has a name more than once, at byte 11."},
		{"a name twice, once escaped, below", `{"x":{"a":1,"\u0061":2}}`, "An object in the request's body has a name more than once, at byte 11."},
		{"deep", `{"x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + "}", "The request's body is nested deeper than 32 levels."},
		{"no UTF-8", "{\"Name\":\"\xff\"}", "The request's body is not valid JSON, at byte 7."},
		{"a number for a string", `{"Name":1}`, "Value at 'name': NUMBER_VALUE can not be converted to a String"},
		{"a text for a time", `{"Born":"2020-01-02T00:00:00Z"}`, "Value at 'born': STRING_VALUE can not be converted to a Timestamp: seconds since 1970 are expected"},
		{"a null in a list", `{"Words":[null]}`, "Value at 'words.1.member' must not be null"},
		{"many values", `{"Words":[` + strings.Repeat(`"a",`, maxValues) + `"a"]}`, "The request's body has more than 32768 values in lists and maps."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := DecodeJSON11(zoo, asJSON11(tt.body), new(PutAnimalInput))
			var e *Error
			if !errors.As(err, &e) || e.Kind != Serialization || e.Message != tt.want {
				t.Errorf("got %v, want SerializationException: %s", err, tt.want)
			}
		})
	}
	missing, err := DecodeJSON11(zoo, asJSON11(`{"Den":{},"Tags":[{}]}`), new(PutAnimalInput))
	if got := fmt.Sprint(missing); err != nil || got != "[den.number tags.1.member.key name legs born]" {
		t.Errorf("missing %s, %v", got, err)
	}
	for _, types := range [][]string{nil, {jsonType}, {"application/x-amz-json-1.0"}, {json11Type, json11Type}, {json11Type + "; charset=utf-16"}, {"text/plain"}} {
		_, err := DecodeJSON11(zoo, &Request{Header: http.Header{contentType: types}, Body: []byte("{" + zooNeeds + "}")}, new(PutAnimalInput))
		if !errors.Is(err, UnsupportedMediaType.New("")) {
			t.Errorf("%q: %v", types, err)
		}
	}
	if _, err := DecodeJSON11(zoo, &Request{Header: http.Header{contentType: {"Application/X-Amz-JSON-1.1; charset=UTF-8"}}, Body: []byte("{" + zooNeeds + "}")}, new(PutAnimalInput)); err != nil {
		t.Errorf("another case: %v", err)
	}
	if _, err := DecodeJSON11(zoo, asJSON11("{}"), new(PutAnimalOutput)); err == nil {
		t.Error("another type is filled")
	}
}

func TestEncodeJSON11(t *testing.T) {
	at := time.Date(2020, 1, 2, 0, 0, 0, 25e7, time.UTC)
	for _, tt := range []struct {
		name, body string
		out        any
	}{
		{"nothing", `{"Required":[],"OK":false}`, nil},
		{"all", `{"Required":["a"],"Optional":[],"Animal":{"Name":"ü\"<"},"Counts":{"a":1,"b":2},"At":1577923200.25,"Weight":1e+21,"Picture":"AP8=","OK":true,"Tags":[{"Key":"k"}]}`,
			&PutAnimalOutput{
				Required: []string{"a"}, Optional: []string{}, Animal: &Animal{Name: new("ü\"<")}, Counts: map[string]int32{"b": 2, "a": 1}, At: &at,
				Weight: new(1e21), Picture: []byte{0, 255}, OK: true, Tags: []Tag{{Key: "k"}},
			}},
	} {
		r, err := EncodeJSON11(zoo, tt.out)
		if err != nil || r.Status != 200 || r.Header[contentType] != json11Type || string(r.Body) != tt.body {
			t.Errorf("%s: %v\ngot  %+v %s\nwant %s", tt.name, err, r, r.Body, tt.body)
		}
	}
	for name, out := range map[string]any{"no year": &PutAnimalOutput{At: new(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))}, "another type": new(PutAnimalInput)} {
		if r, err := EncodeJSON11(zoo, out); err == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestJSON11Errors(t *testing.T) {
	own := &ErrorKind{Code: "ThrottlingException", Status: 429}
	op := &Operation{Name: "PutAnimal", Errors: []*ErrorKind{own}}
	for _, tt := range []struct {
		name   string
		op     *Operation
		err    *Error
		status int
		body   string
	}{
		{"denied", op, AccessDenied.New("no"), 400, `{"__type":"AccessDeniedException","message":"no"}`},
		{"unknown key", nil, InvalidClientTokenID.New("x"), 400, `{"__type":"UnrecognizedClientException","message":"x"}`},
		{"validation", op, ValidationError.New("\"ü\""), 400, `{"__type":"ValidationException","message":"\"ü\""}`},
		{"unknown operation", nil, UnknownOperation.New("x"), 400, `{"__type":"UnknownOperationException","message":"x"}`},
		{"media type", nil, UnsupportedMediaType.New("x"), 400, `{"__type":"UnsupportedMediaTypeException","message":"x"}`},
		{"too large", nil, RequestEntityTooLarge.New("x"), 413, `{"__type":"RequestEntityTooLargeException","message":"x"}`},
		{"throttled", nil, Throttling.New("x"), 400, `{"__type":"ThrottlingException","message":"x"}`},
		{"throttled, by the model", op, Throttling.New("x"), 429, `{"__type":"ThrottlingException","message":"x"}`},
		{"failure", op, InternalFailure.New("x"), 500, `{"__type":"InternalServerException","message":"x"}`},
		{"unavailable", op, ServiceUnavailable.New("x"), 503, `{"__type":"ServiceUnavailableException","message":"x"}`},
		{"detail", nil, &Error{Kind: arkInvalid(), Message: "x", Detail: &arkErrorDetail{Reason: "MINE"}}, 400, `{"__type":"ValidationException","message":"x","reason":"MINE"}`},
	} {
		r, err := EncodeJSON11Error(JSON11Error(tt.op, tt.err))
		if err != nil || r.Status != tt.status || r.Header[contentType] != json11Type || string(r.Body) != tt.body {
			t.Errorf("%s: %v\ngot  %+v %s\nwant %d %s", tt.name, err, r, r.Body, tt.status, tt.body)
		}
	}
	if r, err := EncodeJSON11Error(&Error{Kind: arkInvalid(), Detail: new(BoardInput)}); err == nil {
		t.Errorf("a detail of another type: %+v", r)
	}
	if AccessDenied.Status != 403 {
		t.Error("JSON11Error changed a kind")
	}
}

// FuzzDecodeJSON11: whatever is read, written as an answer and read again is the same; every refusal is for clients.
func FuzzDecodeJSON11(f *testing.F) {
	f.Add("{" + zooNeeds + `,"Words":["a"],"Homes":{"x":{"Number":1}},"Picture":"AAH/"}`)
	f.Add(`{"Born":1.5,"Grid":[[1],[]],"Child":{"Kids":[{}]},"Weight":1e3,"Name":null}`)
	f.Fuzz(func(t *testing.T, body string) {
		in := new(PutAnimalInput)
		_, err := DecodeJSON11(zoo, asJSON11(body), in)
		if err != nil {
			if e := new(Error); !errors.As(err, &e) {
				t.Fatalf("%v is not for clients", err)
			}
			return
		}
		w := jsonWriter{}
		if err := w.structure(zoo.Input, reflect.ValueOf(in).Elem()); err != nil {
			t.Fatalf("%+v cannot be written: %v", in, err)
		}
		again := new(PutAnimalInput)
		if _, err := DecodeJSON11(zoo, asJSON11(string(w.b)), again); err != nil {
			t.Fatalf("%s is read and %s is not: %v", body, w.b, err)
		}
		v := jsonWriter{}
		if err := v.structure(zoo.Input, reflect.ValueOf(again).Elem()); err != nil || string(v.b) != string(w.b) {
			t.Fatalf("%s, and again %s: %v", w.b, v.b, err)
		}
	})
}
