package console

import (
	"net/url"
	"strings"
)

const (
	nextField = "next"
	maxNext   = 2048 // bytes
)

// sameOriginPath reports whether a path may be gone to after signing in: a place of this server, in no spelling that a
// browser could take for another host's.
func sameOriginPath(next string) bool {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || len(next) > maxNext {
		return false
	}
	return !strings.ContainsFunc(next, func(r rune) bool { return r <= ' ' || r == '\\' || r >= 0x7f })
}

// next is where the visitor wants to go, or the application. The sign-in pages themselves lead nowhere.
func (v *visit) next() string {
	next := v.form.Get(nextField)
	if v.form == nil {
		next = v.r.URL.Query().Get(nextField)
	}
	path, _, _ := strings.Cut(next, "?")
	if !sameOriginPath(next) || path == "/" || path == signInPath || path == rootPath || path == signOutPath || path == factorPath || path == passkeyPath {
		return applicationPath
	}
	return next
}

// on gives a page's address that remembers where to go then.
func on(path, next string) string {
	if next == applicationPath {
		return path
	}
	return path + "?" + url.Values{nextField: {next}}.Encode()
}

// hiddenNext makes a form remember it.
func hiddenNext(next string) map[string]string {
	if next == applicationPath {
		return nil
	}
	return map[string]string{nextField: next}
}
