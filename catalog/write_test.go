package catalog

import (
	"reflect"
	"testing"
)

// What is written is read as the same service, and written as the same text.
func TestFormatServiceReference(t *testing.T) {
	const text = `{"Name":"notes","Version":"v1.0","Actions":[
		{"Name":"Read","ActionConditionKeys":["notes:Kind","aws:RequestTag/${TagKey}"],"Resources":[{"Name":"note"}],"Annotations":{"Properties":{"IsList":false,"IsPermissionManagement":false,"IsTaggingOnly":false,"IsWrite":false}}},
		{"Name":"List","Annotations":{"Properties":{"IsList":true,"IsPermissionManagement":false,"IsTaggingOnly":false,"IsWrite":false}}},
		{"Name":"Tag","Annotations":{"Properties":{"IsList":false,"IsPermissionManagement":false,"IsTaggingOnly":true,"IsWrite":true}}},
		{"Name":"Approve"}],
		"Resources":[{"Name":"note","ARNFormats":["arn:${Partition}:notes:${Region}:${Account}:note/${Id}"],"ConditionKeys":["notes:Kind"]}],
		"ConditionKeys":[{"Name":"notes:Kind","Types":["ArrayOfString"]}]}`
	want, err := ParseServiceReference([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	written, err := FormatServiceReference(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseServiceReference(written)
	if err != nil {
		t.Fatalf("%v\n%s", err, written)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read back %+v\nwant %+v", got, want)
	}
	with := Load().With(want)
	if own := with.Own(); len(own) != 1 || own[0].Prefix != "notes" || len(Load().Own()) != 0 {
		t.Errorf("own services %v", own)
	}
	s3, _ := with.Service("s3")
	if text, err := FormatServiceReference(s3); err != nil || len(text) < 10_000 {
		t.Errorf("s3: %d bytes, %v", len(text), err)
	}
}
