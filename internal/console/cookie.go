package console

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
)

// Names of the cookies. The prefix makes browsers take them from this very host only, over TLS, for all of its paths.
// Over plain HTTP, which is served on loopback alone, some browsers take no Secure cookie, and a name with the prefix
// needs to be one: there the names are without it. Other programs on the same machine's loopback can set and get
// such cookies (a cookie has no port), as they can do all else that its user can.
const (
	hostPrefix = "__Host-"
	// sessionCookie holds the secret of a web session.
	sessionCookie = "warder-session"
	// visitorCookie holds the secret of a browser that has none, for the tokens of its forms.
	visitorCookie = "warder-visitor"
	// browserCookie holds, sealed, who has signed in from this browser.
	browserCookie = "warder-browser"
	// browserCookieLife in seconds: a year, and anew from each sign-in.
	browserCookieLife = 365 * 24 * 60 * 60
)

// origin is where the browser sees this page: "https://iam.example.com:8443".
func (v *visit) origin() string { return v.seen.origin() }

// tls reports whether the browser came over TLS.
func (v *visit) tls() bool { return v.seen.scheme == "https" }

func (v *visit) cookieName(name string) string {
	if v.tls() {
		return hostPrefix + name
	}
	return name
}

// cookie gives the value of a cookie, "" where there is none or where there are two of that name.
func (v *visit) cookie(name string) string {
	found := v.r.CookiesNamed(v.cookieName(name))
	if len(found) != 1 {
		return ""
	}
	return found[0].Value
}

// setCookie sets a cookie for as many seconds, 0 until the browser closes; a negative number takes it away. Lax, so that a
// link from a mail leads into the console: what changes anything is a POST, and asks for more than a cookie.
func (v *visit) setCookie(name, value string, seconds int) {
	http.SetCookie(v.w, &http.Cookie{
		Name: v.cookieName(name), Value: value, Path: "/", MaxAge: seconds, Secure: v.tls(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// The places of the form token.
const (
	tokenField  = "form"
	tokenHeader = "X-Warder-Form"
)

// token is what this browser's forms carry: nobody can make it who does not know the cookie. A browser without a cookie
// gets one.
func (v *visit) token() string {
	if v.secret == "" {
		v.secret = v.knownSecret()
	}
	if v.secret == "" {
		v.secret = newSecret()
		v.setCookie(visitorCookie, v.secret, 0)
	}
	return tokenOf(v.secret)
}

// tokenIs reports whether a token is that of this browser's forms.
func (v *visit) tokenIs(token string) bool {
	secret := v.knownSecret()
	return secret != "" && hmac.Equal([]byte(token), []byte(tokenOf(secret)))
}

// knownSecret is that of the session, or else of the visitor; "" where the browser has none.
func (v *visit) knownSecret() string {
	if secret := v.cookie(sessionCookie); secret != "" {
		return secret
	}
	return v.cookie(visitorCookie)
}

func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func tokenOf(secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte("form token of Warder's console")) // never fails
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
