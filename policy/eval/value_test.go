package eval

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/policy"
)

func TestParseNumber(t *testing.T) {
	for _, s := range []string{"0", "-0", "+1", "1.", ".5", "-.5e3", "1E-3", strings.Repeat("9", 500), "007.700"} {
		n, ok := parseNumber(s)
		if !ok {
			t.Errorf("%.20q is no number", s)
		}
		if n.compare(&n) != 0 {
			t.Errorf("%.20q differs from itself", s)
		}
	}
	for _, s := range []string{"", ".", "-", "+-1", "1e", "1e+", "1e99999", "1.2.3", "0x1", "1_0", " 1", "1 ", "١", "NaN", "Inf"} {
		if _, ok := parseNumber(s); ok {
			t.Errorf("%q passes for a number", s)
		}
	}
}

func TestParseDate(t *testing.T) {
	want := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, s := range []string{
		"2026-03-01T12:00:00Z", "2026-03-01t12:00:00z", "2026-03-01T12:00Z", "2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00",
		"2026-03-01T13:00:00+01:00", "2026-03-01T13:00:00+0100", "2026-03-01T13:00:00+01", "2026-02-28T23:00:00-13:00",
		"20260301T120000Z", "20260301T1200Z", "1772366400", "1772366400.0", "2026-03-01T11:59:60Z",
	} {
		if got, ok := parseDate(s); !ok || !got.Equal(want) {
			t.Errorf("%s is %v, %v; want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{
		"", "now", "2026-", "2026-3", "2026-00-01", "2026-02-29", "2026-03-01T", "2026-03-01T12", "2026-03-01T24:00:00Z", "2026-03-01T12:60Z",
		"2026-03-01T12:00:00.Z", "2026-03-01T12:00:00Z ", "2026-03-01T12:00:00+1", "2026-03-01T12:00:00+24:00", "2026-03-01Z", "202603-01",
		"-", "1.", "9999999999999999", "1e9", "--1", "12.", "２０２６",
	} {
		if got, ok := parseDate(s); ok {
			t.Errorf("%q passes for a date: %v", s, got)
		}
	}
	if got, ok := parseDate("2024"); !ok || got.Year() != 2024 {
		t.Errorf("four digits are a year; got %v, %v", got, ok)
	}
	if a, _ := parseDate("-1.5"); !a.Equal(time.Unix(-2, 5e8)) {
		t.Errorf("-1.5 is %v", a)
	}
}

// holdsFor evaluates one condition with one value in the policy and one in the request.
func holdsFor(test, set string, ifExists bool, value string, ctx *Context) fit {
	c := newCondition(&policy.Condition{
		Operator: policy.Operator{Test: test, Set: set, IfExists: ifExists},
		Key:      policy.Value{Text: "acme:Key"},
		Values:   []policy.Value{{Text: value}},
	}, syntax{variables: true})
	return c.holds(ctx)
}

// negations pairs each operator with its negation.
var negations = map[string]string{
	"StringEquals": "StringNotEquals", "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase", "StringLike": "StringNotLike",
	"NumericEquals": "NumericNotEquals", "DateEquals": "DateNotEquals", "IpAddress": "NotIpAddress",
	"ArnEquals": "ArnNotEquals", "ArnLike": "ArnNotLike",
}

// orderings are the operators that compare by order, without their prefix.
var orderings = []string{"Numeric", "Date"}

func FuzzConditionValues(f *testing.F) {
	for _, s := range [][2]string{
		{"10", "9.5"}, {"1e3", "1000"}, {"-0", "0"}, {"2026-03-01T12:00:00Z", "1772366400"}, {"2026-02-30", "2024"}, {"10.0.0.0/8", "10.1.2.3"},
		{"::/0", "::ffff:1.2.3.4"}, {"fe80::1%eth0", "fe80::1"}, {"arn:aws:s3:::a*", "arn:aws:s3:::abc"}, {"arn:*", "x"}, {"QQ==", "QQ=="},
		{"${acme:Key}", "*"}, {"${acme:None, 'x'}", "x"}, {"${", "${"}, {"true", "TRUE"}, {"*é?", "aéb"}, {"\xff", "\xfe"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, inPolicy, inRequest string) {
		if len(inPolicy) > 4096 || len(inRequest) > 4096 {
			t.Skip()
		}
		var ctx, none Context
		ctx.Set("acme:Key", inRequest)
		for test := range operators {
			plain := holdsFor(test, "", false, inPolicy, &ctx)
			for _, set := range []string{policy.ForAllValues, policy.ForAnyValue} {
				if got := holdsFor(test, set, false, inPolicy, &ctx); got != plain {
					t.Errorf("%s is %v, with %s %v, of one value", test, plain, set, got)
				}
			}
			if got := holdsFor(test, "", true, inPolicy, &ctx); got != plain {
				t.Errorf("%s is %v, with IfExists %v, of a key that exists", test, plain, got)
			}
			if got := holdsFor(test, "", true, inPolicy, &none); got != yes {
				t.Errorf("%sIfExists is %v of a key that is absent", test, got)
			}
		}
		for test, negation := range negations {
			a, b := holdsFor(test, "", false, inPolicy, &ctx), holdsFor(negation, "", false, inPolicy, &ctx)
			if a != b.not() {
				t.Errorf("%s is %v and %s is %v", test, a, negation, b)
			}
		}
		for _, family := range orderings {
			checkOrder(t, family, inPolicy, &ctx)
		}
		checkNumber(t, inPolicy, inRequest)
		checkV4(t, inPolicy)
	})
}

// checkOrder: of less, equal and greater exactly one holds, or none can be told.
func checkOrder(t *testing.T, family, value string, ctx *Context) {
	t.Helper()
	is := func(op string) fit { return holdsFor(family+op, "", false, value, ctx) }
	lt, eq, gt := is("LessThan"), is("Equals"), is("GreaterThan")
	if sum := lt + eq + gt; sum != yes && (lt != unknown || eq != unknown || gt != unknown) {
		t.Errorf("%s: less %v, equal %v, greater %v", family, lt, eq, gt)
	}
	if is("LessThanEquals") != max(lt, eq) || is("GreaterThanEquals") != max(gt, eq) {
		t.Errorf("%s: the operators that include equality differ from those that make them up", family)
	}
}

// checkNumber holds the comparison against math/big, where that can read both.
func checkNumber(t *testing.T, a, b string) {
	t.Helper()
	x, okX := parseNumber(a)
	y, okY := parseNumber(b)
	if !okX || !okY || len(a) > 40 || len(b) > 40 || strings.ContainsAny(a+b, "eE") {
		return
	}
	bigX, okX := new(big.Rat).SetString(a)
	bigY, okY := new(big.Rat).SetString(b)
	if !okX || !okY {
		return
	}
	if got := x.compare(&y); (got < 0) != (bigX.Cmp(bigY) < 0) || (got > 0) != (bigX.Cmp(bigY) > 0) {
		t.Errorf("%s against %s: %d, math/big says %d", a, b, got, bigX.Cmp(bigY))
	}
}

// TestParseV4: what the short way reads, netip reads as the same address.
func TestParseV4(t *testing.T) {
	for _, text := range []string{
		"10.0.0.1", "255.255.255.255", "0.0.0.0", "1.2.3", "1.2.3.4.5", "", ".", "1..2.3", "01.2.3.4", "1.2.3.00", "256.1.1.1", "1.2.3.4 ", "::1",
		"::ffff:1.2.3.4", "1.2.3.", ".1.2.3", "99999999999.1.1.1", "1.2.3.4%eth0", "a.b.c.d",
	} {
		checkV4(t, text)
	}
}

func checkV4(t *testing.T, text string) {
	t.Helper()
	short, ok := parseV4(text)
	address, valid := parseAddress(text)
	if ok && (!valid || !address.Is4() || v4(address) != short) {
		t.Errorf("%q is %x, netip says %v", text, short, address)
	}
	if plain := strings.Count(text, ".") == 3 && !strings.Contains(text, ":"); valid && plain && !ok {
		t.Errorf("%q is left to netip", text)
	}
}
