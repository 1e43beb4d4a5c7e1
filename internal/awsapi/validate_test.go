package awsapi

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func validate(t *testing.T, op *Operation, body string) string {
	t.Helper()
	form, err := ParseForm("", body)
	if err != nil {
		t.Fatal(err)
	}
	in := new(PutAnimalInput)
	missing, err := DecodeQuery(op, form, in)
	if err != nil {
		t.Fatal(err)
	}
	err = Validate(op, in, missing)
	if err == nil {
		return ""
	}
	var e *Error
	if !errors.As(err, &e) || e.Kind != ValidationError {
		t.Fatalf("%v is not a ValidationError", err)
	}
	return e.Message
}

func TestValidate(t *testing.T) {
	const name = "[Member must have length less than or equal to 8, Member must have length greater than or equal to 1, " +
		`Member must satisfy regular expression pattern: [\w+=,.@-]+, Member must not be null]`
	for _, tt := range []struct {
		name, body string
		want       string // with {v} where an echoing service prints the value
		echo       string // what it prints there
	}{
		{"valid", complete, "", ""},
		{"missing", "Legs=4&Born=2020-01-02&Den.Number=7", "1 validation error detected: Value{v} at 'name' failed to satisfy constraint: Member must not be null", " null"},
		{"missing in a structure", "Name=a&Legs=4&Born=2020-01-02&Den.Street=7", "1 validation error detected: Value{v} at 'den.number' failed to satisfy constraint: Member must not be null", " null"},
		{"missing in an element", complete + "&Tags.member.1.Value=v&Tags.member.2.Key=k", "1 validation error detected: Value{v} at 'tags.1.member.key' failed to satisfy constraint: Member must not be null", " null"},
		{"zero is present", "Name=a&Legs=0&Born=0001-01-01&Den.Number=0", "", ""},
		{"empty is present", complete[len("Name=Bo&"):] + "&Name=", "2 validation errors detected: Value{v} at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1; " +
			`Value{v} at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`, " ''"},
		{"empty optional", complete + "&Password=", "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6", ""},
		{"too long", complete + "&Nick=123456789", "1 validation error detected: Value{v} at 'nick' failed to satisfy constraint: Member must have length less than or equal to 8", " '123456789'"},
		{"pattern", complete + "&Nick=a/b", `1 validation error detected: Value{v} at 'nick' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`, " 'a/b'"},
		{"enum", complete + "&Mood=Calm", "1 validation error detected: Value{v} at 'mood' failed to satisfy constraint: Member must satisfy enum value set: [calm, wild]", " 'Calm'"},
		{"greater", complete + "&Weight=1000.5", "1 validation error detected: Value{v} at 'weight' failed to satisfy constraint: Member must have value less than or equal to 1000", " '1000.5'"},
		{"less", "Name=Bo&Born=2020-01-02&Den.Number=7&Legs=-1", "1 validation error detected: Value{v} at 'legs' failed to satisfy constraint: Member must have value greater than or equal to 0", " '-1'"},
		{"blob", complete + "&Picture=AAAAAAAAAAAAAAAA", "1 validation error detected: Value at 'picture' failed to satisfy constraint: Member must have length less than or equal to 8", ""},
		{"list too long", complete + "&Words.member.1=a&Words.member.2=b&Words.member.3=c&Words.member.4=d",
			"1 validation error detected: Value{v} at 'words' failed to satisfy constraint: Member must have length less than or equal to 3", " '[a, b, c, d]'"},
		{"elements", complete + "&Words.member.1=a&Words.member.2=/&Words.member.3=", "1 validation error detected: Value{v} at 'words' failed to satisfy constraint: Member must satisfy constraint: " + name, " '[a, /, ]'"},
		{"lists of lists", complete + "&Grid.member.1.member.1=1&Grid.member.2.member.1=9",
			"1 validation error detected: Value{v} at 'grid.2.member' failed to satisfy constraint: Member must satisfy constraint: [Member must have value less than or equal to 8, Member must have value greater than or equal to 0, Member must not be null]", " '[9]'"},
		{"map", complete + "&Counts.entry.1.key=/&Counts.entry.1.value=9",
			"2 validation errors detected: Value at 'counts' failed to satisfy constraint: Map keys must satisfy constraint: " + name + "; Value at 'counts' failed to satisfy constraint: " +
				"Map value must satisfy constraint: [Member must have value less than or equal to 8, Member must have value greater than or equal to 0, Member must not be null]", ""},
		{"several", complete + "&Nick=123456789&Tags.member.1.Key=%2F", "2 validation errors detected: Value{v} at 'nick' failed to satisfy constraint: Member must have length less than or equal to 8; " +
			`Value{w} at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+`, " '123456789'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			quiet := strings.NewReplacer("{v}", "", "{w}", "")
			if got, want := validate(t, zoo, tt.body), quiet.Replace(tt.want); got != want {
				t.Errorf("quiet service\ngot  %s\nwant %s", got, want)
			}
			echo := strings.NewReplacer("{v}", tt.echo, "{w}", " '/'")
			if got, want := validate(t, newZoo(true), tt.body), echo.Replace(tt.want); got != want {
				t.Errorf("echoing service\ngot  %s\nwant %s", got, want)
			}
		})
	}
}

func TestValidateCountsUTF16(t *testing.T) {
	s := &Shape{Kind: String, Max: new(int64(2))}
	for text, want := range map[string]bool{"": true, "äö": true, "𝄞": true, "𝄞a": false, "abc": false} {
		if got := satisfies(s, reflectString(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestValidateIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(complete)
	for i := range maxMembers {
		fmt.Fprintf(&b, "&Tags.member.%d.Value=%%2F", i+1)
	}
	got := validate(t, newZoo(true), b.String())
	if !strings.HasPrefix(got, "100 validation errors detected: ") || strings.Count(got, "; ") != 99 {
		t.Errorf("got %.60s…, %d long", got, len(got))
	}
	if long := validate(t, newZoo(true), complete+"&Nick="+strings.Repeat("x", 1<<20)); len(long) > 200 {
		t.Errorf("a long value is printed: %d bytes", len(long))
	}
}

func TestValidateWithoutMissing(t *testing.T) {
	if err := Validate(zoo, &PutAnimalInput{Name: "Bo"}, nil); err != nil {
		t.Error(err)
	}
}
