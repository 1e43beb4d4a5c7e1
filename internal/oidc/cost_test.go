package oidc

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// TestParseCost: what a token costs before anybody vouches for it is bounded by its length, whatever is in it.
func TestParseCost(t *testing.T) {
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`))
	var many strings.Builder
	many.WriteString(`{"iss":"https://id.example.com"`)
	for i := range 1200 {
		fmt.Fprintf(&many, `,"c%d":%d`, i, i)
	}
	many.WriteString("}")
	for name, payload := range map[string]string{
		"many claims":   many.String(),
		"a deep claim":  `{"iss":"x","a":` + strings.Repeat(`[`, 14_000),
		"a long claim":  `{"iss":"` + strings.Repeat(`\u0041`, 2_300) + `"}`,
		"a long number": `{"iss":"x","exp":` + strings.Repeat("9", 14_000) + `}`,
	} {
		token := header + "." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".AA"
		if len(token) > maxToken {
			t.Fatalf("%s: the token has %d characters", name, len(token))
		}
		if n := testing.AllocsPerRun(10, func() { _, _ = Parse(token) }); n > 6_000 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	if n := testing.AllocsPerRun(10, func() { _, _ = Parse(strings.Repeat(".", 10<<20)) }); n > 10 {
		t.Errorf("ten million dots: %v allocations", n)
	}
}
