package awsapi

import (
	"encoding/xml"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func reflectString(s string) reflect.Value { return reflect.ValueOf(s) }

func matchGeneral(t *testing.T, re2, text string) bool {
	re, err := regexp.Compile(re2)
	if err != nil {
		t.Fatal(err)
	}
	return re.MatchString(text)
}

const (
	head = `<PutAnimalResponse xmlns="https://zoo.example/doc/"><PutAnimalResult>`
	tail = `</PutAnimalResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></PutAnimalResponse>`
)

func TestEncodeQuery(t *testing.T) {
	for _, tt := range []struct {
		name string
		out  PutAnimalOutput
		want string
	}{
		{"required only", PutAnimalOutput{}, `<Required/><OK>false</OK>`},
		{"empty lists and maps", PutAnimalOutput{Required: []string{}, Optional: []string{}, Counts: map[string]int32{}}, `<Required/><Optional/><Counts/><OK>false</OK>`},
		{"lists", PutAnimalOutput{Required: []string{"a", ""}, OK: true}, `<Required><member>a</member><member></member></Required><OK>true</OK>`},
		{"structures", PutAnimalOutput{Animal: &Animal{Child: &Animal{}, Kids: []Animal{{Name: new("x")}}}},
			`<Required/><Animal><Child></Child><Kids><member><Name>x</Name></member></Kids></Animal><OK>false</OK>`},
		{"maps in key order", PutAnimalOutput{Counts: map[string]int32{"b": 2, "a": -1}, Homes: map[string]Den{"x": {Number: 1}}},
			`<Required/><Counts><entry><key>a</key><value>-1</value></entry><entry><key>b</key><value>2</value></entry></Counts><Homes><entry><key>x</key><value><Number>1</Number></value></entry></Homes><OK>false</OK>`},
		{"time", PutAnimalOutput{At: new(time.Date(2024, 2, 29, 1, 30, 0, 999, time.FixedZone("", 7200)))}, `<Required/><At>2024-02-28T23:30:00Z</At><OK>false</OK>`},
		{"float", PutAnimalOutput{Weight: new(1.5)}, `<Required/><Weight>1.5</Weight><OK>false</OK>`},
		{"infinity", PutAnimalOutput{Weight: new(math.Inf(-1))}, `<Required/><Weight>-Infinity</Weight><OK>false</OK>`},
		{"blob", PutAnimalOutput{Picture: []byte{0, 1, 255}}, `<Required/><Picture>AAH/</Picture><OK>false</OK>`},
		{"escapes", PutAnimalOutput{Secret: new("<a href=\"x\">&\r\n\t\x00\xff\ufffe ü𝄞")},
			"<Required/><Secret>&lt;a href=&quot;x&quot;&gt;&amp;&#xD;\n\t\uFFFD\uFFFD\uFFFD ü𝄞</Secret><OK>false</OK>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := EncodeQuery(zoo, "id-1", &tt.out)
			if err != nil {
				t.Fatal(err)
			}
			if want := head + tt.want + tail; string(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestEncodeQueryWithoutOutput(t *testing.T) {
	op := *zoo
	op.ResultWrapper = ""
	got, err := EncodeQuery(&op, "id-1", nil)
	const want = `<PutAnimalResponse xmlns="https://zoo.example/doc/"><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></PutAnimalResponse>`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v\nwant %s", got, err, want)
	}
}

func TestEncodeQueryRefuses(t *testing.T) {
	for _, out := range []any{PutAnimalOutput{}, new(PutAnimalInput), &PutAnimalOutput{At: new(time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC))}} {
		if got, err := EncodeQuery(zoo, "", out); err == nil {
			t.Errorf("%T gives %s", out, got)
		}
	}
}

func TestEncodeQueryError(t *testing.T) {
	got := string(EncodeQueryError(zoo.Service, "id-1", AccessDenied.New("not <you>")))
	const want = `<ErrorResponse xmlns="https://zoo.example/doc/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not &lt;you&gt;</Message></Error><RequestId>id-1</RequestId></ErrorResponse>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	got = string(EncodeQueryError(zoo.Service, "", InternalFailure.New("")))
	if !strings.Contains(got, "<Type>Receiver</Type>") || strings.Contains(got, "Message") {
		t.Errorf("InternalFailure without a message: %s", got)
	}
}

// FuzzEncodeRoundTrip holds that the XML is valid whatever a string holds, and says the string again.
func FuzzEncodeRoundTrip(f *testing.F) {
	f.Add("a", "<&>\r\n", "\x00\xff\ufffe", int32(-1), 1.5)
	f.Add("", "]]>", "𝄞", int32(0), math.NaN())
	f.Fuzz(func(t *testing.T, a, b, key string, n int32, w float64) {
		out := &PutAnimalOutput{Required: []string{a, b}, Counts: map[string]int32{key: n}, Weight: &w, Animal: &Animal{Name: &b}}
		text, err := EncodeQuery(zoo, a, out)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Result struct {
				Required []string `xml:"Required>member"`
				Name     string   `xml:"Animal>Name"`
				Key      string   `xml:"Counts>entry>key"`
				Value    int32    `xml:"Counts>entry>value"`
			} `xml:"PutAnimalResult"`
			ID string `xml:"ResponseMetadata>RequestId"`
		}
		if err := xml.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		r := got.Result
		if !reflect.DeepEqual(r.Required, []string{legible(a), legible(b)}) || r.Name != legible(b) || r.Key != legible(key) || r.Value != n || got.ID != legible(a) {
			t.Fatalf("%+v from %s", got, text)
		}
		checkView(t, zoo.Output, out)
	})
}

// legible is s with what XML cannot hold replaced.
func legible(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			r = utf8.RuneError
		}
		b.WriteRune(r)
		s = s[n:]
	}
	return b.String()
}
