package awsapi

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func decode(t *testing.T, body string) (*PutAnimalInput, Missing, error) {
	t.Helper()
	form, err := ParseForm("", body)
	if err != nil {
		t.Fatal(err)
	}
	in := new(PutAnimalInput)
	missing, err := DecodeQuery(zoo, form, in)
	return in, missing, err
}

func TestDecodeQuery(t *testing.T) {
	base := PutAnimalInput{Name: "Bo", Legs: 4, Born: time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC), Den: Den{Number: 7}}
	for _, tt := range []struct {
		name, add string
		change    func(*PutAnimalInput)
	}{
		{"required only", "", func(*PutAnimalInput) {}},
		{"unknown parameters are ignored", "Foo=1&Name2=x&Bar.member.1=y&Nam=z&Action=PutAnimal&Version=1", func(*PutAnimalInput) {}},
		{"names have a case", "nick=x", func(*PutAnimalInput) {}},
		{"optional string", "Nick=x", func(in *PutAnimalInput) { in.Nick = new("x") }},
		{"empty string is present", "Nick=", func(in *PutAnimalInput) { in.Nick = new("") }},
		{"boolean", "Tame=true", func(in *PutAnimalInput) { in.Tame = new(true) }},
		{"boolean in any case", "Tame=FALSE", func(in *PutAnimalInput) { in.Tame = new(false) }},
		{"floats", "Weight=1.5&Length=-2e3", func(in *PutAnimalInput) { in.Weight, in.Length = new(1.5), new(float32(-2000)) }},
		{"long", "Cells=-9223372036854775808", func(in *PutAnimalInput) { in.Cells = new(int64(-1 << 63)) }},
		{"time with zone", "Seen=2024-02-29T12:00:00%2B02:00", func(in *PutAnimalInput) { in.Seen = new(time.Date(2024, 2, 29, 10, 0, 0, 0, time.UTC)) }},
		{"time with fraction", "Seen=2024-02-29T12:00:00.25Z", func(in *PutAnimalInput) { in.Seen = new(time.Date(2024, 2, 29, 12, 0, 0, 25e7, time.UTC)) }},
		{"basic time", "Seen=20240229T120000Z", func(in *PutAnimalInput) { in.Seen = new(time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)) }},
		{"epoch", "Seen=1700000000", func(in *PutAnimalInput) { in.Seen = new(time.Unix(1700000000, 0).UTC()) }},
		{"epoch with fraction", "Seen=-1.5", func(in *PutAnimalInput) { in.Seen = new(time.Unix(-1, -5e8).UTC()) }},
		{"blob", "Picture=AAH/", func(in *PutAnimalInput) { in.Picture = []byte{0, 1, 255} }},
		{"list", "Words.member.1=a&Words.member.2=b", func(in *PutAnimalInput) { in.Words = []string{"a", "b"} }},
		{"list in the order of numbers", "Words.member.10=c&Words.member.2=b&Words.member.1=a", func(in *PutAnimalInput) { in.Words = []string{"a", "b", "c"} }},
		{"gaps close", "Words.member.3=a&Words.member.999999999=b", func(in *PutAnimalInput) { in.Words = []string{"a", "b"} }},
		{"empty list", "Words=", func(in *PutAnimalInput) { in.Words = []string{} }},
		{"list of structures", "Tags.member.1.Key=k&Tags.member.1.Value=&Tags.member.2.Key=j", func(in *PutAnimalInput) {
			in.Tags = []Tag{{Key: "k", Value: new("")}, {Key: "j"}}
		}},
		{"list of lists", "Grid.member.1.member.1=1&Grid.member.1.member.2=2&Grid.member.2=", func(in *PutAnimalInput) { in.Grid = [][]int32{{1, 2}, {}} }},
		{"map", "Counts.entry.1.key=a&Counts.entry.1.value=1&Counts.entry.2.key=b&Counts.entry.2.value=2", func(in *PutAnimalInput) {
			in.Counts = map[string]int32{"a": 1, "b": 2}
		}},
		{"empty map", "Counts=", func(in *PutAnimalInput) { in.Counts = map[string]int32{} }},
		{"map of structures", "Homes.entry.1.key=a&Homes.entry.1.value.Number=3", func(in *PutAnimalInput) { in.Homes = map[string]Den{"a": {Number: 3}} }},
		{"recursive", "Child.Child.Kids.member.1.Name=x", func(in *PutAnimalInput) {
			in.Child = &Animal{Child: &Animal{Kids: []Animal{{Name: new("x")}}}}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := base
			tt.change(&want)
			got, missing, err := decode(t, complete+"&"+tt.add)
			if err != nil || missing != nil {
				t.Fatalf("error %v, missing %v", err, missing)
			}
			if !reflect.DeepEqual(*got, want) {
				t.Errorf("got %+v\nwant %+v", *got, want)
			}
		})
	}
}

func TestDecodeQueryRefuses(t *testing.T) {
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "&"+format, i+1)
		}
		return b.String()[1:]
	}
	for _, tt := range []struct{ name, body, message string }{
		{"integer", "Legs=four", "Value at 'legs' can not be converted to an Integer"},
		{"integer too large", "Legs=2147483648", "Value at 'legs' can not be converted to an Integer"},
		{"empty integer", "Legs=", "Value at 'legs' can not be converted to an Integer"},
		{"long too large", "Cells=9223372036854775808", "Value at 'cells' can not be converted to a Long"},
		{"boolean", "Tame=yes", "Value at 'tame' can not be converted to a Boolean"},
		{"float", "Weight=NaN", "Value at 'weight' can not be converted to a number"},
		{"float too large", "Length=1e39", "Value at 'length' can not be converted to a number"},
		{"time", "Seen=yesterday", "Value at 'seen' is not a timestamp: timestamp must follow ISO8601"},
		{"year of five digits", "Seen=253402300800", "Value at 'seen' is not a timestamp: timestamp must follow ISO8601"},
		{"blob", "Picture=A", "Value at 'picture' is not valid base64"},
		{"not UTF-8", "Nick=%FF", "Value at 'nick' is not valid UTF-8"},
		{"deep place", "Tags.member.1.Key=%FF", "Value at 'tags.1.member.key' is not valid UTF-8"},
		{"list under a string", "Nick.member.1=x", "Start of list found where not expected"},
		{"flattened list", "Words.1=x", "Top level element may not be treated as a list"},
		{"entry in a list", "Words.entry.1=x", "Top level element may not be treated as a list"},
		{"list without a number", "Words.member=x", "Top level element may not be treated as a list"},
		{"number zero", "Words.member.0=x", "A number in a parameter's name is not a whole number from 1 to 999999999"},
		{"leading zero", "Words.member.01=x", "A number in a parameter's name is not a whole number from 1 to 999999999"},
		{"negative number", "Words.member.-1=x", "A number in a parameter's name is not a whole number from 1 to 999999999"},
		{"number overflows", "Words.member.18446744073709551617=x", "A number in a parameter's name is not a whole number from 1 to 999999999"},
		{"odd neighbour", "Words.member.1=x&Words.member.1-=y&Words.member.1.z=q", ""},
		{"string for a list", "Words=x", "Value at 'words' found where a list, structure or map is expected"},
		{"string for a structure", "Child=x", "Value at 'child' found where a list, structure or map is expected"},
		{"string for an element", "Tags.member.1=x", "Value at 'tags.1.member' found where a list, structure or map is expected"},
		{"map key twice", "Counts.entry.1.key=a&Counts.entry.1.value=1&Counts.entry.2.key=a&Counts.entry.2.value=2", "Value at 'counts' has a key more than once"},
		{"map without a value", "Counts.entry.1.key=a", "Value at 'counts' has an entry without a key or a value"},
		{"too many members", many(maxMembers+1, "Words.member.%d=x"), "A list has more than 10000 members"},
		{"too deep", strings.Repeat("Child.", 40) + "Name=x", "Value at '" + strings.Repeat("child.", 32) + "child' is nested too deeply"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := decode(t, tt.body)
			var e *Error
			if !errors.As(err, &e) || e.Kind != MalformedInput {
				t.Fatalf("got %v; want MalformedInput", err)
			}
			if tt.message != "" && e.Message != tt.message {
				t.Errorf("got  %s\nwant %s", e.Message, tt.message)
			}
		})
	}
}

func TestDecodeQueryManyMembers(t *testing.T) {
	var b strings.Builder
	b.WriteString(complete)
	for i := maxMembers; i > 0; i-- {
		fmt.Fprintf(&b, "&Words.member.%d=w%d", i, i)
	}
	in, _, err := decode(t, b.String())
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range in.Words {
		if w != fmt.Sprintf("w%d", i+1) {
			t.Fatalf("member %d is %s", i+1, w)
		}
	}
}

func TestDecodeQueryMissing(t *testing.T) {
	_, missing, err := decode(t, "Name=&Tags.member.2.Value=x&Tags.member.5.Key=")
	if want := (Missing{"legs", "born", "den", "tags.1.member.key"}); err != nil || !reflect.DeepEqual(missing, want) {
		t.Errorf("got %v, %v; want %v", missing, err, want)
	}
}

func TestDecodeQueryWrongType(t *testing.T) {
	for _, in := range []any{nil, PutAnimalInput{}, new(Tag), (*PutAnimalInput)(nil)} {
		if _, err := DecodeQuery(zoo, Form{}, in); err == nil {
			t.Errorf("%T was taken", in)
		}
	}
}

// FuzzDecodeQuery holds that any request either is refused with an error that clients may see, or gives an input that
// validates or is refused without harm, and whose view is JSON.
func FuzzDecodeQuery(f *testing.F) {
	for _, seed := range []string{
		complete, complete + "&Words.member.1=a&Words.member.10=b&Words=", "Tags.member.1.Key=k&Tags.member.1=x", "Grid.member.1.member.1=1",
		"Counts.entry.1.key=a&Counts.entry.1.value=1", "Child.Child.Kids.member.1.Name=x", "Seen=1.5&Born=2020-01-02T03:04:05Z", "Picture=AAH/&Words.member.=&Words..1=",
		"Words.member.1=x&Words.member.1-=y&Words.member.1.z=q",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		form, err := ParseForm("", body)
		if err != nil {
			return
		}
		in := new(PutAnimalInput)
		missing, err := DecodeQuery(zoo, form, in)
		var public *Error
		if err != nil {
			if !errors.As(err, &public) || public.Kind != MalformedInput {
				t.Fatalf("%v is not for clients", err)
			}
			return
		}
		if err := Validate(zoo, in, missing); err != nil && (!errors.As(err, &public) || public.Kind != ValidationError) {
			t.Fatalf("%v is not for clients", err)
		} else if err == nil && (len(missing) > 0 || in.Name == "") {
			t.Fatalf("taken without %v", missing)
		}
		checkView(t, zoo.Input, in)
	})
}
