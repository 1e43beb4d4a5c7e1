package console

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzSameOriginPath: what is gone to is a place of this server, as Go resolves it and as browsers do, who take a backslash for a
// slash and pass over tabs and line ends.
func FuzzSameOriginPath(f *testing.F) {
	for _, seed := range []string{"/console/", "/console/users?x=//y", "//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "/%2f/x", "", "/é", "/..//evil"} {
		f.Add(seed)
	}
	base := &url.URL{Scheme: "https", Host: "warder.example.com", Path: "/signin"}
	f.Fuzz(func(t *testing.T, next string) {
		if !sameOriginPath(next) {
			return
		}
		seen := strings.NewReplacer("\\", "/", "\t", "", "\n", "", "\r", "").Replace(next)
		if !strings.HasPrefix(seen, "/") || strings.HasPrefix(seen, "//") {
			t.Errorf("%q is another host's to browsers", next)
		}
		if u, err := base.Parse(next); err == nil && (u.Host != base.Host || u.Scheme != base.Scheme) {
			t.Errorf("%q leads to %s", next, u)
		}
	})
}
