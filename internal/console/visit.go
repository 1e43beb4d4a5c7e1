package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/warder-iam/warder/internal/store"
)

// handler answers one visit.
type handler func(v *visit)

// route are the handlers of one path. A path without post takes no POST. A post handler is called after the form, its
// origin and its token were checked.
type route struct{ get, post handler }

// visit is one request of a browser. It belongs to one goroutine.
type visit struct {
	*Console
	w    http.ResponseWriter
	r    *http.Request
	path string
	seen seen
	// id is the request's, a UUID.
	id string
	// now is when it came, UTC; address is whose it is, "" where that is not known.
	now     time.Time
	address string
	// session that the browser's cookie opens; nil for none.
	session *store.WebSession
	// secret of this browser's cookie, "" where it has none, and form what it posted.
	secret string
	form   url.Values
}

// maxForm bounds what a form may post, in bytes.
const maxForm = 64 << 10

// serve finds what answers: a form's is called only when it came from a page of this very browser.
func (v *visit) serve() {
	v.now, v.address = v.Now().UTC(), v.API.SourceAddress(v.r)
	if w, ok := v.API.Store.WebSession(v.cookie(sessionCookie), v.now); ok {
		v.session = w
	}
	if f, ok := v.static[v.path]; ok {
		v.serveStatic(f)
		return
	}
	if !v.admit() {
		return
	}
	found, ok := v.routes[v.path]
	reading := v.r.Method == http.MethodGet || v.r.Method == http.MethodHead
	switch {
	case !ok && v.path == "/":
		v.redirect(applicationPath)
	case !ok && strings.HasPrefix(v.path, applicationPath) && reading:
		v.openApplication()
	case !ok:
		v.fail(http.StatusNotFound, "There is no such page", "The address may be mistyped.")
	case reading && found.get != nil:
		found.get(v)
	case v.r.Method == http.MethodPost && found.post != nil:
		if v.readForm() {
			found.post(v)
		}
	default:
		v.refuseMethod(found)
	}
}

func (v *visit) refuseMethod(found route) {
	var allowed []string
	if found.get != nil {
		allowed = append(allowed, http.MethodGet, http.MethodHead)
	}
	if found.post != nil {
		allowed = append(allowed, http.MethodPost)
	}
	v.w.Header().Set("Allow", strings.Join(allowed, ", "))
	v.fail(http.StatusMethodNotAllowed, "That cannot be done here", "The page takes "+strings.Join(allowed, ", ")+".")
}

// readForm reads what was posted and reports whether to go on: from this origin, from a page that this browser got, once
// each. What is refused is answered.
func (v *visit) readForm() bool {
	if err := v.crossOrigin.Check(v.r); err != nil {
		v.fail(http.StatusForbidden, "The form came from another site", "Nothing was done. Open the page again from this site.")
		return false
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		v.fail(http.StatusBadRequest, "The form could not be read", "It is too large or damaged. Nothing was done.")
		return false
	}
	v.form = v.r.PostForm
	for _, values := range v.form {
		switch {
		case len(values) != 1:
			v.fail(http.StatusBadRequest, "The form could not be read", "It has one field twice. Nothing was done.")
			return false
		case !utf8.ValidString(values[0]) || strings.Contains(values[0], "\x00"):
			v.fail(http.StatusBadRequest, "The form could not be read", "It holds what is no text. Nothing was done.")
			return false
		}
	}
	token := v.form.Get(tokenField)
	if header := v.r.Header.Get(tokenHeader); header != "" {
		token = header
	}
	if !v.tokenIs(token) {
		v.fail(http.StatusForbidden, "The form is out of date", "The page was open for long, or you signed in or out in the meantime. "+
			"Nothing was done. Open the page again.")
		return false
	}
	return true
}

// redirect sends the browser to a path of this server, by GET.
func (v *visit) redirect(to string) {
	v.w.Header().Set("Location", to)
	v.w.WriteHeader(http.StatusSeeOther)
}
