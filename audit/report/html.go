package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // the parts of the page
	"encoding/base64"
	"html/template"
	"io"
	"unicode/utf8"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/internal/visible"
)

var (
	//go:embed page/page.gohtml
	pageText string
	//go:embed page/page.css
	pageStyle string
	//go:embed page/page.js
	pageScript string
)

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"count": count, "plural": plural, "references": references, "initial": initial, "day": day, "short": short, "needs": needs, "at": at,
	"class": class, "finding": newFindingView, "names": func(list []string, most int) rows[string] { return cut(list, most) },
}).Parse(pageText))

// writeHTML writes one page that needs nothing else: no network, no other file, and no script to be read.
//
// Names in an account are other people's. Three things keep them from doing anything: html/template escapes them for where
// they stand; the page's policy allows only its own style and script, by hash; and what would not show is spelt out on the
// way to w, wherever it comes from.
func writeHTML(w io.Writer, r *audit.Report, o Options) error {
	out := bufio.NewWriterSize(w, 64<<10)
	if err := page.Execute(&visibleWriter{w: out}, newPageView(r, o)); err != nil {
		return err
	}
	return out.Flush()
}

// contentPolicy lets the page's own style and script in and nothing else: no other script, no request, no frame, no form.
func contentPolicy() string {
	return "default-src 'none'; style-src '" + hashSource(pageStyle) + "'; script-src '" + hashSource(pageScript) +
		"'; base-uri 'none'; form-action 'none'"
}

// hashSource is a text of the page as a Content Security Policy names it.
func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// visibleWriter is visibleLines for all that is written. A write may end within a character.
type visibleWriter struct {
	w    *bufio.Writer
	rest []byte
}

func (v *visibleWriter) Write(p []byte) (int, error) {
	text := p
	if len(v.rest) > 0 {
		text = append(v.rest, p...)
	}
	for len(text) > 0 && utf8.FullRune(text) {
		c, size := utf8.DecodeRune(text)
		shown := string(text[:size])
		if c != '\n' && visible.Hidden(c) {
			shown = visible.Spell(shown)
		}
		if _, err := v.w.WriteString(shown); err != nil {
			return 0, err
		}
		text = text[size:]
	}
	v.rest = append([]byte(nil), text...)
	return len(p), nil
}
