package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed static/*
var staticFiles embed.FS

// pages are the templates of all pages, each with the layout around it, by the name of its file without the ending.
type pages map[string]*template.Template

const layoutFile = "pages/layout.html"

func parsePages() (pages, error) {
	layout, err := template.ParseFS(pageFiles, layoutFile)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	files, err := pageFiles.ReadDir("pages")
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	all := pages{}
	for _, f := range files {
		name := "pages/" + f.Name()
		if name == layoutFile {
			continue
		}
		page, err := layout.Clone()
		if err == nil {
			page, err = page.ParseFS(pageFiles, name)
		}
		if err != nil {
			return nil, fmt.Errorf("console: %w", err)
		}
		all[strings.TrimSuffix(f.Name(), ".html")] = page
	}
	return all, nil
}

// page is what a template sees.
type page struct {
	// Title is the heading and, with the product's name behind it, the window's.
	Title string
	// Lead are paragraphs below the heading.
	Lead []string
	// Problem says what was wrong with the form, above it; "" for nothing.
	Problem string
	// Form of the page; nil for none.
	Form *form
	// Links to related pages, below.
	Links []link
	// Scripts of the page, by their file names: "passkey.js". It must do without them.
	Scripts []string
	// Wide gives a table room.
	Wide bool
	// Body is whatever else the page's own template shows.
	Body any

	// Set by render.
	Token  string
	Style  string
	Icon   string
	Source []string
}

// link leads to another page.
type link struct{ To, Text string }

// form is shown by the template "form": POST to Action, with the form token.
type form struct {
	Action string
	Fields []field
	// Hidden are values that the form carries along, by name.
	Hidden map[string]string
	Submit string // the button's text
}

// field is one input of a form.
type field struct {
	Name, Label string
	Type        string // text, password, email
	// Autocomplete says to password managers what the field is: username, current-password, new-password, one-time-code.
	Autocomplete string
	InputMode    string // numeric, email; "" for text
	Value        string
	Hint         string // below the label
	// Choices make it a list to choose from.
	Choices []choice
	// Problem with what was typed, bound to the field; "" for none. Wrong binds the field to the problem of the page.
	Problem  string
	Wrong    bool
	Optional bool
	ReadOnly bool
	// Focus puts the cursor here. The first field with a problem has it; else the one that says so.
	Focus bool
	Max   int // characters
}

// Described are the ids of the texts that belong to the input.
func (f field) Described() string {
	var ids []string
	if f.Wrong {
		ids = append(ids, "problem")
	}
	if f.Problem != "" {
		ids = append(ids, f.Name+"-problem")
	}
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	return strings.Join(ids, " ")
}

// choice is one of a list.
type choice struct {
	Value, Text string
	Chosen      bool
}

// mark binds a problem of the page to a field, and puts the cursor there.
func (f *form) mark(name string) {
	for i := range f.Fields {
		f.Fields[i].Wrong = f.Fields[i].Name == name
		f.Fields[i].Focus = f.Fields[i].Wrong
	}
}

// blame binds a problem to one field.
func (f *form) blame(name, problem string) {
	for i := range f.Fields {
		if f.Fields[i].Name == name {
			f.Fields[i].Problem = problem
		}
	}
}

// render answers with a page. A form with problems focuses the first of them.
func (v *visit) render(status int, name string, p *page) {
	p.Token, p.Style, p.Icon = v.token(), v.staticURL("style.css"), v.staticURL("icon.svg")
	for _, s := range p.Scripts {
		p.Source = append(p.Source, v.staticURL(s))
	}
	if p.Form != nil {
		p.Form.focus()
	}
	var text bytes.Buffer
	if err := v.pages[name].ExecuteTemplate(&text, "layout", p); err != nil {
		v.API.Log.Error("page not rendered", "request", v.id, "page", name, "error", err.Error())
		http.Error(v.w, "Warder could not show this page. The log says why, under the request "+v.id+".", http.StatusInternalServerError)
		return
	}
	v.send(status, "text/html; charset=utf-8", text.Bytes())
}

func (v *visit) send(status int, contentType string, body []byte) {
	send(v.w, v.r, status, contentType, body)
}

func send(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the browser is gone
	}
}

// unbuilt is the page in place of an application that is not there. It is the same for everybody.
func (c *Console) unbuilt() ([]byte, error) {
	var text bytes.Buffer
	p := &page{Title: "The console is not built yet", Style: c.staticURL("style.css")}
	if err := c.pages["unbuilt"].ExecuteTemplate(&text, "layout", p); err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	return text.Bytes(), nil
}

func (f *form) focus() {
	chosen := -1
	for i := range f.Fields {
		if f.Fields[i].Problem != "" {
			chosen = i
			break
		}
		if f.Fields[i].Focus && chosen < 0 {
			chosen = i
		}
	}
	for i := range f.Fields {
		f.Fields[i].Focus = i == chosen
	}
}

// byScript reports whether a script asks, which shows no page.
func (v *visit) byScript() bool { return v.r.Header.Get(tokenHeader) != "" }

// fail answers with a page that says what went wrong and what to do, or a script with that text.
func (v *visit) fail(status int, title, text string) {
	if v.byScript() {
		v.sendProblem(status, title+". "+text)
		return
	}
	v.render(status, "message", &page{Title: title, Lead: []string{text}, Links: []link{{applicationPath, "To the console"}}})
}

// staticFile is a style or script under a name that changes with its content, so that browsers may keep it for ever.
type staticFile struct {
	contentType string
	content     []byte
}

func readStatic() (map[string]staticFile, error) {
	files, err := staticFiles.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	all := map[string]staticFile{}
	for _, f := range files {
		content, err := staticFiles.ReadFile("static/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("console: %w", err)
		}
		all[staticName(f.Name(), content)] = staticFile{mime.TypeByExtension(path.Ext(f.Name())), content}
	}
	return all, nil
}

// staticName is the path of a file: "/signin/static/style-Wq3x….css".
func staticName(name string, content []byte) string {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	return staticPath + strings.TrimSuffix(name, ext) + "-" + base64.RawURLEncoding.EncodeToString(sum[:12]) + ext
}

// staticURL is where a file of the folder static is found.
func (c *Console) staticURL(name string) string {
	content, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		panic("console: no file static/" + name) // a mistake in a page
	}
	return staticName(name, content)
}

func (v *visit) serveStatic(f staticFile) {
	v.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	v.send(http.StatusOK, f.contentType, f.content)
}
