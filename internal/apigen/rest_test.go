package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// restModel has a member in every place, a document, a union, errors with and without more than a message, and every way
// to authenticate.
const restModel = `{
"metadata": {"apiVersion":"2020-01-01","endpointPrefix":"rest","signingName":"rest-sign","protocol":"rest-json","serviceFullName":"Rest Service","serviceId":"Rest","auth":["aws.auth#sigv4"]},
"operations": {
 "GetThing": {"name":"GetThing","http":{"method":"GET","requestUri":"/things/{thingId}/{rest+}"},"input":{"shape":"GetThingRequest"},"output":{"shape":"GetThingResponse"},"errors":[{"shape":"BadException"},{"shape":"PlainException"}],"readonly":true},
 "PutThing": {"name":"PutThing","http":{"method":"PUT","requestUri":"/things","responseCode":201},"input":{"shape":"PutThingRequest"},"auth":["aws.auth#sigv4","smithy.api#httpBearerAuth"],"idempotent":true},
 "Known": {"name":"Known","http":{"method":"GET","requestUri":"/.well-known/thing"},"output":{"shape":"Any"},"auth":["smithy.api#noAuth"]}
},
"shapes": {
 "GetThingRequest": {"type":"structure","required":["thingId"],"members":{
  "thingId":{"shape":"Id","location":"uri","locationName":"thingId"},"rest":{"shape":"Id","location":"uri","locationName":"rest"},
  "page":{"shape":"Id","location":"querystring","locationName":"p"},"trace":{"shape":"Id","location":"header","locationName":"x-trace"},"meta":{"shape":"Dict","location":"headers","locationName":"x-meta-"}}},
 "GetThingResponse": {"type":"structure","payload":"thing","members":{"status":{"shape":"Count","location":"statusCode"},"thing":{"shape":"Thing"}}},
 "PutThingRequest": {"type":"structure","members":{"token":{"shape":"Id","idempotencyToken":true},"thing":{"shape":"Thing"}}},
 "Thing": {"type":"structure","union":true,"members":{"when":{"shape":"When"},"any":{"shape":"Any"}}},
 "Any": {"type":"structure","members":{},"document":true},
 "When": {"type":"timestamp","timestampFormat":"iso8601"},
 "Id": {"type":"string"},
 "Count": {"type":"integer"},
 "Dict": {"type":"map","key":{"shape":"Id"},"value":{"shape":"Id"}},
 "BadException": {"type":"structure","required":["message"],"members":{"message":{"shape":"Id"},"after":{"shape":"Count","location":"header","locationName":"Retry-After"}},"exception":true,"error":{"httpStatusCode":429,"senderFault":true},"retryable":{"throttling":true}},
 "PlainException": {"type":"structure","members":{"message":{"shape":"Id"}},"exception":true,"fault":true,"error":{"httpStatusCode":500}}
}}`

func TestGenerateREST(t *testing.T) {
	model := strings.Replace(restModel, `,"output":{"shape":"Any"}`, "", 1)
	files, err := generate(sourceOf(t, "rest", model), target{name: "rest"})
	if err != nil {
		t.Fatal(err)
	}
	for file, wants := range map[string][]string{
		"types_gen.go": {
			"type Thing struct {\n\tWhen *time.Time\n\tAny  json.RawMessage\n}", "type BadExceptionDetail struct {\n\t// Required.\n\tMessage string\n\tAfter   *int32\n}",
			"import (\n\t\"encoding/json\"\n\t\"time\"\n)",
		},
		"operations_gen.go": {
			`Binding:  &awsapi.Binding{Method: "GET", URI: awsapi.NewURI("/things/{thingId}/{rest+}"), Status: 200}`, "ReadOnly: true", "Protocol:    awsapi.RESTJSON", `Name:        "rest-sign"`,
			`Binding: &awsapi.Binding{Method: "PUT", URI: awsapi.NewURI("/things"), Status: 201}`, "Bearer:  true", "Unsigned: true",
		},
		"shapes_gen.go": {
			`{Name: "thingId", Shape: &s[shapeId], Required: true, Location: awsapi.InLabel}`, `{Name: "page", Shape: &s[shapeId], Location: awsapi.InQuery, WireName: "p"}`,
			`Location: awsapi.InHeader, WireName: "x-trace"`, `Location: awsapi.InHeaders, WireName: "x-meta-"`, `Location: awsapi.InStatus`, `{Name: "thing", Shape: &s[shapeThing], Location: awsapi.AsPayload}`,
			`{Name: "token", Shape: &s[shapeId], IdempotencyToken: true}`, `GoType: reflect.TypeFor[Thing](), Union: true`,
			`s[shapeAny] = awsapi.Shape{Name: "Any", Kind: awsapi.Document, GoType: reflect.TypeFor[json.RawMessage]()}`, `Kind: awsapi.Timestamp, Time: awsapi.ISO8601`,
			`s[shapeBadExceptionDetail] = awsapi.Shape{Name: "BadExceptionDetail"`, `{Name: "after", Shape: &s[shapeCount], Location: awsapi.InHeader, WireName: "Retry-After"}`,
		},
		"errors_gen.go": {
			`BadException   = &awsapi.ErrorKind{Code: "BadException", Status: 429, Shape: &shapes[shapeBadExceptionDetail]}`,
			`PlainException = &awsapi.ErrorKind{Code: "PlainException", Status: 500, Receiver: true}`,
		},
	} {
		for _, want := range wants {
			if !strings.Contains(string(files[file]), want) {
				t.Errorf("%s lacks %s in\n%s", file, want, files[file])
			}
		}
	}
}

func TestGenerateRESTRefuses(t *testing.T) {
	good := strings.Replace(restModel, `,"output":{"shape":"Any"}`, "", 1)
	for _, tt := range []struct{ name, from, to string }{
		{"an output that is a document", `"/.well-known/thing"}`, `"/.well-known/thing"},"output":{"shape":"Any"}`},
		{"unknown method", `"method":"GET"`, `"method":"TRACE"`},
		{"query in the path", `"/things"`, `"/things?x=1"`},
		{"broken label", `{rest+}`, `{rest`},
		{"label without a member", `/{rest+}`, ``},
		{"member without a label", `"/things"`, `"/things/{id}"`},
		{"unknown place", `"location":"header"`, `"location":"cookie"`},
		{"place inside a structure", `"when":{"shape":"When"}`, `"when":{"shape":"When","location":"header","locationName":"w"}`},
		{"payload that is no member", `"payload":"thing"`, `"payload":"things"`},
		{"member beside the payload", `"status":{"shape":"Count","location":"statusCode"}`, `"status":{"shape":"Count"}`},
		{"unknown format of times", `"iso8601"`, `"iso9000"`},
		{"unknown authentication", `"smithy.api#noAuth"`, `"smithy.api#httpDigestAuth"`},
		{"bearer alone", `"aws.auth#sigv4","smithy.api#httpBearerAuth"`, `"smithy.api#httpBearerAuth"`},
		{"place in an error", `"location":"header","locationName":"Retry-After"`, `"location":"statusCode"`},
		{"streaming", `"Count": {"type":"integer"}`, `"Count": {"type":"blob","streaming":true}`},
		{"host prefix", `"readonly":true`, `"readonly":true,"endpoint":{"hostPrefix":"x."}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			model := strings.Replace(good, tt.from, tt.to, 1)
			if model == good {
				t.Fatal("the test changes nothing")
			}
			if files, err := generate(sourceOf(t, "rest", model), target{name: "rest"}); err == nil {
				t.Errorf("generated %v", slices.Collect(maps.Keys(files)))
			}
		})
	}
}

// A JSON 1.1 service has a target and nothing in HTTP.
func TestGenerateJSON11(t *testing.T) {
	model := strings.NewReplacer(
		`"protocol":"query"`, `"protocol":"json","jsonVersion":"1.1","targetPrefix":"com.example.Mini_2020"`, `"resultWrapper":"GetTreeResult"`, `"deprecatedMessage":"PROSE"`,
	).Replace(miniModel)
	files, err := generate(sourceOf(t, "mini", model), target{name: "mini"})
	if err != nil {
		t.Fatal(err)
	}
	operations := string(files["operations_gen.go"])
	for _, want := range []string{"Protocol:    awsapi.JSON11", `Target:      "com.example.Mini_2020"`} {
		if !strings.Contains(operations, want) {
			t.Errorf("no %s in\n%s", want, operations)
		}
	}
	if strings.Contains(operations, "Binding:") || strings.Contains(operations, "PROSE") {
		t.Errorf("a place in HTTP, or prose, in\n%s", operations)
	}
	for _, tt := range []struct{ name, from, to string }{
		{"another version", `"jsonVersion":"1.1"`, `"jsonVersion":"1.0"`},
		{"no target", `"targetPrefix":"com.example.Mini_2020"`, `"targetPrefix":""`},
		{"a place of a member", `"zebra":{"shape":"size"`, `"zebra":{"location":"header","locationName":"Z","shape":"size"`},
		{"another binding", `"name":"Ping","http":{"method":"POST"`, `"name":"Ping","http":{"method":"GET"`},
	} {
		bad := strings.Replace(model, tt.from, tt.to, 1)
		if bad == model {
			t.Fatalf("%s: the test changes nothing", tt.name)
		}
		if _, err := generate(sourceOf(t, "mini", bad), target{name: "mini"}); err == nil {
			t.Errorf("%s: generated", tt.name)
		}
	}
}

// A model of Warder's own comes from models/, and the generated text says so.
func TestGenerateLocal(t *testing.T) {
	m, err := parseModel([]byte(strings.Replace(restModel, `,"output":{"shape":"Any"}`, "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	files, err := generateFrom(m, "internal/apigen/models/rest.json", target{name: "rest", local: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"// Code generated by internal/apigen from internal/apigen/models/rest.json; DO NOT EDIT.\n", "Warder's own model"} {
		if !strings.Contains(string(files["doc_gen.go"]), want) {
			t.Errorf("no %q in %s", want, files["doc_gen.go"])
		}
	}
	if _, err := generate(nil, target{name: "nowhere", local: true}); err == nil {
		t.Error("a model that is not there was read")
	}
}
