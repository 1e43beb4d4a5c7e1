package sigv4

import (
	"errors"
	"strings"
	"testing"
)

func TestBearer(t *testing.T) {
	good := map[string][]string{"Authorization": {"Bearer abc"}}
	for _, tt := range []struct {
		name, target string
		header       map[string][]string
		token        string
		code         string
	}{
		{"a token", "/a?b=c", good, "abc", ""},
		{"another case", "/", map[string][]string{"Authorization": {"bEARER a-._~+/9=="}}, "a-._~+/9==", ""},
		{"no header", "/", nil, "", ""},
		{"a signature", "/", map[string][]string{"Authorization": {"AWS4-HMAC-SHA256 Credential=x"}}, "", ""},
		{"another scheme", "/", map[string][]string{"Authorization": {"Bearers abc"}}, "", ""},
		{"a scheme alone", "/", map[string][]string{"Authorization": {"Bearer"}}, "", ""},
		{"two headers", "/", map[string][]string{"Authorization": {"Bearer a", "Bearer b"}}, "", ""},
		{"no token", "/", map[string][]string{"Authorization": {"Bearer "}}, "", CodeIncomplete},
		{"equal signs alone", "/", map[string][]string{"Authorization": {"Bearer =="}}, "", CodeIncomplete},
		{"equal sign inside", "/", map[string][]string{"Authorization": {"Bearer a=b"}}, "", CodeIncomplete},
		{"two tokens", "/", map[string][]string{"Authorization": {"Bearer a b"}}, "", CodeIncomplete},
		{"two spaces", "/", map[string][]string{"Authorization": {"Bearer  a"}}, "", CodeIncomplete},
		{"a control character", "/", map[string][]string{"Authorization": {"Bearer a\x7f"}}, "", CodeIncomplete},
		{"a presigned request too", "/?X-Amz-Signature=00", good, "", CodeIncomplete},
		{"a security token in the query", "/?X-Amz-Security-Token=x", good, "", CodeIncomplete},
		{"a path that is not simple", "/a/../b", good, "", CodeQueryString},
		{"a header in another spelling", "/", map[string][]string{"Authorization": {"Bearer abc"}, "x-amz-date": {"x"}}, "", CodeIncomplete},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token, err := Bearer(&Request{Method: "POST", RawTarget: tt.target, Header: tt.header, Host: "h"})
			var refusal *Error
			if errors.As(err, &refusal); token != tt.token || (err == nil) != (tt.code == "") || err != nil && refusal.Code != tt.code {
				t.Errorf("%q, %v", token, err)
			}
		})
	}
}

// FuzzBearer: a token has no character that could end a line or a word, and is the header's own.
func FuzzBearer(f *testing.F) {
	f.Add("Bearer abc", "/a?b")
	f.Add("bearer a+/=", "/")
	f.Fuzz(func(t *testing.T, header, target string) {
		token, err := Bearer(&Request{Method: "GET", RawTarget: target, Header: map[string][]string{"Authorization": {header}}, Host: "h"})
		if err != nil && token != "" || token != "" && !strings.HasSuffix(header, " "+token) || strings.ContainsAny(token, " \t\r\n\x00,;\"") {
			t.Fatalf("%q of %q: %v", token, header, err)
		}
	})
}
