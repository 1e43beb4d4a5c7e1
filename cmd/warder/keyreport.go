package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/keyscan"
)

// keyReport is what a search for keys found.
type keyReport struct {
	*keyscan.Result
	account  string // that was asked, "" for none
	notAsked error  // why not, or what went wrong then
}

// status is the exit status, as scanKeysHelp tells.
func (r *keyReport) status(k *scanKeys) error {
	if len(r.Troubles) > 0 || r.notAsked != nil && k.deactivate {
		return statusError(exitUsage)
	}
	for i := range r.Found {
		if r.Found[i].NeedsAttention() {
			return statusError(exitFailure)
		}
	}
	return nil
}

func (p *program) printKeys(k *scanKeys, r *keyReport) error {
	for _, t := range r.Troubles {
		p.say("warder: %s", clean(t))
	}
	for _, n := range r.Notes {
		p.say("Note: %s", clean(n))
	}
	if r.notAsked != nil && k.deactivate {
		p.say("warder: %s", clean(r.notAsked.Error()))
	}
	if k.json {
		return p.printJSON(r.json())
	}
	return p.printf("%s", r.text(k))
}

// maxShown bounds the places of one key for people; JSON has all.
const maxShown = 10

func (r *keyReport) text(k *scanKeys) string {
	var b strings.Builder
	attention, harmless, unknown := 0, 0, false
	for i := range r.Found {
		f := &r.Found[i]
		if f.NeedsAttention() {
			attention++
		} else {
			harmless++
		}
		unknown = unknown || f.State == keyscan.Unknown && f.NeedsAttention()
		fmt.Fprintf(&b, "%s\n", clean(keyLine(f)))
		for _, place := range f.Places[:min(len(f.Places), maxShown)] {
			fmt.Fprintf(&b, "  %s\n", clean(placeLine(&place)))
		}
		if more := len(f.Places) - maxShown; more > 0 {
			fmt.Fprintf(&b, "  and %s more; --json has them\n", counted(more, "place"))
		}
		if f.State == keyscan.Active {
			fmt.Fprintf(&b, "  aws iam update-access-key --user-name %s --access-key-id %s --status Inactive\n", app.Quote(clean(f.User)), f.KeyID)
		}
	}
	if unknown && r.notAsked != nil {
		fmt.Fprintf(&b, "Which of them work is not known, since no Warder was asked: %s\n", clean(r.notAsked.Error()))
	} else if unknown && k.offline {
		b.WriteString("Which of them work is not known, since no Warder was asked; without --offline the profile's is.\n")
	}
	fmt.Fprintf(&b, "%s: %s to look at, %d harmless\n", r.searched(), counted(attention, "key"), harmless)
	return b.String()
}

func (r *keyReport) searched() string {
	var parts []string
	if r.Files > 0 || r.Objects == 0 {
		parts = append(parts, counted(int(r.Files), "file"))
	}
	if r.Objects > 0 {
		parts = append(parts, counted(int(r.Objects), "object")+" of git")
	}
	return strings.Join(parts, ", ") + ", " + megabytes(r.Bytes)
}

// keyLine is a key on one line.
func keyLine(f *keyscan.Found) string {
	name := "Access key " + f.KeyID
	switch {
	case f.KeyID == "":
		name = "A secret"
	case f.Temporary():
		name = "Temporary key " + f.KeyID
	}
	state := f.State.String()
	if f.State == keyscan.Unknown {
		state = "state unknown"
	}
	if f.Example {
		state = "an example"
	}
	parts := []string{name, state}
	switch {
	case f.Example:
	case f.User != "":
		parts = append(parts, "user "+f.User+" of this account")
	case f.Own:
		parts = append(parts, "of this account")
	case f.Account != "":
		parts = append(parts, "of account "+f.Account)
	}
	switch {
	case f.KeyID == "":
		parts = append(parts, f.Hint)
	case f.HasSecret():
		parts = append(parts, "with its secret "+f.Hint)
	default:
		parts = append(parts, "the id alone")
	}
	line := strings.Join(parts, ", ")
	if f.Why != "" && !f.Example {
		line += " (" + f.Why + ")"
	}
	return line
}

// placeLine is a place on one line, FILE:LINE first, which editors and terminals open.
func placeLine(p *keyscan.Place) string {
	if p.Repository == "" {
		return inFile(p)
	}
	where := "object " + short(p.Object) + " that no commit has"
	if p.Commit != "" {
		where = fmt.Sprintf("commit %s of %s, %s", short(p.Commit), p.Date.Format(time.DateOnly), p.Author)
	}
	switch {
	case p.Message && p.Commit == "":
		return "message of tag " + short(p.Object)
	case p.Message:
		return "message of " + where
	case p.File == "":
		return where
	}
	return inFile(p) + ", first in " + where
}

func inFile(p *keyscan.Place) string {
	if p.Member != "" {
		return fmt.Sprintf("%s, in it %s:%d", p.File, p.Member, p.Line)
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

func short(id string) string { return id[:min(12, len(id))] }

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// keysJSON is the result for programs; docs/leaked-keys.md describes it. It holds no part of a secret.
type keysJSON struct {
	Account string      `json:"account,omitempty"` // that was asked
	Scanned scannedJSON `json:"scanned"`
	Found   []keyJSON   `json:"found"`
	Notes   []string    `json:"notes"`
	Trouble []string    `json:"troubles"`
	NoState string      `json:"notAsked,omitempty"` // why no server was asked
}

type scannedJSON struct {
	Files        int64    `json:"files"`
	Objects      int64    `json:"objects"`
	Bytes        int64    `json:"bytes"`
	Repositories []string `json:"repositories"`
}

type keyJSON struct {
	KeyID          string        `json:"keyId,omitempty"`
	Kind           string        `json:"kind"` // accessKey, temporaryKey or secret
	Account        string        `json:"account,omitempty"`
	Own            bool          `json:"ownAccount"`
	State          keyscan.State `json:"state"`
	User           string        `json:"user,omitempty"`
	Why            string        `json:"why,omitempty"`
	Example        bool          `json:"example"`
	Secret         bool          `json:"secret"`
	NeedsAttention bool          `json:"needsAttention"`
	Places         []placeJSON   `json:"places"`
}

type placeJSON struct {
	File       string     `json:"file,omitempty"`
	Member     string     `json:"member,omitempty"`
	Line       int        `json:"line"`
	Offset     int64      `json:"offset"`
	Secret     bool       `json:"secret"`
	Repository string     `json:"repository,omitempty"`
	Object     string     `json:"object,omitempty"`
	Commit     string     `json:"commit,omitempty"`
	Author     string     `json:"author,omitempty"`
	Date       *time.Time `json:"date,omitempty"`
	Message    bool       `json:"message,omitempty"`
}

func (r *keyReport) json() keysJSON {
	out := keysJSON{
		Account: r.account, Found: []keyJSON{}, Notes: append([]string{}, r.Notes...), Trouble: append([]string{}, r.Troubles...),
		Scanned: scannedJSON{r.Files, r.Objects, r.Bytes, append([]string{}, r.Repositories...)},
	}
	if r.notAsked != nil {
		out.NoState = r.notAsked.Error()
	}
	for i := range r.Found {
		f := &r.Found[i]
		k := keyJSON{
			KeyID: f.KeyID, Kind: "accessKey", Account: f.Account, Own: f.Own, State: f.State, User: f.User, Why: f.Why,
			Example: f.Example, Secret: f.HasSecret(), NeedsAttention: f.NeedsAttention(),
		}
		if f.KeyID == "" {
			k.Kind = "secret"
		} else if f.Temporary() {
			k.Kind = "temporaryKey"
		}
		for _, p := range f.Places {
			j := placeJSON{p.File, p.Member, p.Line, p.Offset, p.Secret, p.Repository, p.Object, p.Commit, p.Author, nil, p.Message}
			if !p.Date.IsZero() {
				j.Date = &p.Date
			}
			k.Places = append(k.Places, j)
		}
		out.Found = append(out.Found, k)
	}
	return out
}
