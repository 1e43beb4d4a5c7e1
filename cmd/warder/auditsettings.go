package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/warder-iam/warder/audit"
)

// auditSettingsFile is where an audit's settings are looked for in the working folder.
const auditSettingsFile = "warder-audit.yaml"

// maxAuditSettings in bytes: thousands of suppressions.
const maxAuditSettings = 4 << 20

// day is a date in a settings file: "2026-12-31", or a time as RFC 3339 has it. A date means its end, in UTC.
type day struct{ end time.Time }

// UnmarshalText reads a date.
func (d *day) UnmarshalText(text []byte) (err error) {
	d.end, err = timeForm{day: endOfDay}.parse(string(text))
	return err
}

// auditFile is a settings file: thresholds, what somebody decided to live with, and what only people can answer.
type auditFile struct {
	Thresholds   audit.Settings `json:"thresholds"`
	Suppressions []suppression  `json:"suppressions"`
	Attestations []attestation  `json:"attestations"`
}

type suppression struct {
	Finding  string `json:"finding"`
	Check    string `json:"check"`
	Resource string `json:"resource"`
	Reason   string `json:"reason"`
	Owner    string `json:"owner"`
	Expires  *day   `json:"expires"`
}

type attestation struct {
	Question string `json:"question"`
	Account  string `json:"account"`
	Answer   *bool  `json:"answer"`
	By       string `json:"by"`
	On       *day   `json:"on"`
	Expires  *day   `json:"expires"`
	Note     string `json:"note"`
}

// loadAuditSettings reads the file, or the one in the working folder if name is "". Without a file everything is as
// benchmarks ask.
func loadAuditSettings(name string) (*auditFile, error) {
	f := &auditFile{Thresholds: audit.DefaultSettings()}
	text, err := readAuditSettings(name)
	if err != nil || text == nil {
		return f, err
	}
	if err := f.read(text); err != nil {
		if name == "" {
			name = auditSettingsFile
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// readAuditSettings gives nil where there is no file and none was named.
func readAuditSettings(name string) ([]byte, error) {
	chosen := name != ""
	if !chosen {
		name = auditSettingsFile
	}
	info, err := os.Stat(name)
	switch {
	case err != nil && !chosen && errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case info.Size() > maxAuditSettings:
		return nil, fmt.Errorf("%s: larger than %d MiB", name, maxAuditSettings>>20)
	}
	return os.ReadFile(name)
}

func (f *auditFile) read(text []byte) error {
	doc, err := jsonOfYAML(string(text), maxAuditSettings)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.DisallowUnknownFields()
	if err := d.Decode(f); err != nil {
		return err
	}
	var wrong []error
	for i := range f.Suppressions {
		if err := f.Suppressions[i].check(); err != nil {
			wrong = append(wrong, fmt.Errorf("suppression %d: %w", i+1, err))
		}
	}
	for i := range f.Attestations {
		if err := f.Attestations[i].check(); err != nil {
			wrong = append(wrong, fmt.Errorf("attestation %d: %w", i+1, err))
		}
	}
	return errors.Join(wrong...)
}

// check: a suppression says what it is about, why, for how long, and whom to ask.
func (s *suppression) check() error {
	var missing []string
	if s.Finding == "" && s.Check == "" && s.Resource == "" {
		missing = append(missing, "finding, check or resource")
	}
	if strings.TrimSpace(s.Reason) == "" {
		missing = append(missing, "reason")
	}
	if strings.TrimSpace(s.Owner) == "" {
		missing = append(missing, "owner")
	}
	if s.Expires == nil {
		missing = append(missing, "expires")
	}
	return missingError(missing)
}

func (a *attestation) check() error {
	var missing []string
	if a.Question == "" {
		missing = append(missing, "question")
	}
	if a.Answer == nil {
		missing = append(missing, "answer")
	}
	if strings.TrimSpace(a.By) == "" {
		missing = append(missing, "by")
	}
	if a.On == nil {
		missing = append(missing, "on")
	}
	if a.Expires == nil {
		missing = append(missing, "expires")
	}
	return missingError(missing)
}

func missingError(missing []string) error {
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%s is missing", strings.Join(missing, ", "))
}

// apply puts what the file says into an audit.
func (f *auditFile) apply(in *audit.Input) {
	in.Settings = f.Thresholds
	for _, s := range f.Suppressions {
		in.Suppressions = append(in.Suppressions, audit.Suppression{
			Finding: s.Finding, Check: s.Check, Resource: s.Resource, Reason: s.Reason, Owner: s.Owner, Expires: s.Expires.end,
		})
	}
	for _, a := range f.Attestations {
		in.Attestations = append(in.Attestations, audit.Attestation{
			Question: a.Question, Account: a.Account, Answer: *a.Answer, By: a.By, On: a.On.end, Expires: a.Expires.end, Note: a.Note,
		})
	}
}
