package liveaudit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strconv"
)

// revisionOf stands for what a report shows: two with the same one show the same. What changes with every run without being
// news, the time of the run, is not in it.
func revisionOf(r *result) string {
	h := sha256.New()
	say := func(parts ...string) {
		for _, p := range parts {
			_, _ = io.WriteString(h, strconv.Itoa(len(p))+":"+p) // a hash takes everything
		}
	}
	summary, err := json.Marshal(r.summary)
	if err != nil { // it is made of texts and numbers
		panic(err)
	}
	say(string(summary), strconv.Itoa(r.omitted))
	for i := range r.report.Findings {
		f := &r.report.Findings[i]
		say(f.ID, f.Severity.String(), f.Title, f.Remedy.Text, f.Remedy.Command, f.Remedy.Patch, f.Remedy.Terraform, f.FirstSeen.String())
		for j := range f.Evidence {
			e := &f.Evidence[j]
			say(e.Text, e.Policy, e.Statement, strconv.Itoa(e.Line), strconv.Itoa(e.Column))
		}
	}
	for _, a := range r.report.NotAssessed {
		say(a.Check)
		for _, m := range a.Missing {
			say(m.Missing, m.Get)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
