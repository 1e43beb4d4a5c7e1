package awsimport

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// isReport tells by its beginning whether a file is a bare credential report.
func isReport(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimPrefix(head, byteOrderMark), []byte("user,arn,"))
}

// reportFile reads a bare CSV file.
func (r *reader) reportFile(f *File) {
	text, err := readFile(r.fsys, f.Path, r.maxFile)
	if err != nil {
		r.fileProblem(f, "", "cannot be read to its end: %v", err)
	}
	v := &value{file: f, members: map[string]*member{}, broken: err}
	f.Kinds = []Kind{KindCredentialReport}
	k := &recogniser{kind: KindCredentialReport, read: func(a *account, v *value) { a.report(v, string(text), time.Time{}) }}
	if id := cmp.Or(ownerOfRows(string(text)), folderAccount(f.Path)); id != "" {
		r.give(v, k, id)
		return
	}
	r.waiting = append(r.waiting, waiting{v, k})
}

// reportText is the CSV text of GetCredentialReport's answer: base64, or plain as some SDKs print it.
func reportText(v *value) (string, error) {
	content := v.text("content")
	if strings.HasPrefix(content, "user,arn,") {
		return content, nil
	}
	text, err := base64.StdEncoding.DecodeString(content)
	if err != nil {
		return "", fmt.Errorf("the content is not base64: %w", err)
	}
	return string(text), nil
}

func reportOwner(v *value) string {
	text, err := reportText(v)
	if err != nil {
		return ""
	}
	return ownerOfRows(text)
}

// ownerOfRows is the account of the first row that has an ARN in its second column.
func ownerOfRows(text string) string {
	for line := range strings.Lines(text) {
		if cells := strings.SplitN(line, ",", 3); len(cells) == 3 {
			if id := accountOf(strings.Trim(cells[1], `"`)); id != "" {
				return id
			}
		}
	}
	return ""
}

func readReport(a *account, v *value) {
	text, err := reportText(v)
	if err != nil {
		a.problem(place{v, v.pointer("Content")}, "", "", "%v", err)
		return
	}
	var made instant
	if err := decode(v.members["generatedtime"].raw, &made); err != nil {
		a.problem(place{v, v.pointer("GeneratedTime")}, "", "", "%s", decodeReason(err))
	}
	a.report(v, text, made.Time)
}

// report takes a credential report in. Of two the newer counts.
func (a *account) report(v *value, text string, made time.Time) {
	p := reportParser{a: a, v: v, made: made}
	report := p.parse(strings.TrimPrefix(text, string(byteOrderMark)))
	if report == nil {
		return
	}
	for i := range report.Rows {
		a.partition = cmp.Or(a.partition, a.partitionOf(report.Rows[i].ARN))
	}
	if known := a.ev.CredentialReport; known != nil {
		a.problem(place{v, v.at}, "", "", "there is more than one credential report of the account: the newer one counts")
		if made.Before(known.Generated) {
			return
		}
	}
	a.ev.CredentialReport = report
	x := Complete
	if v.broken != nil || p.broken || report.Root() == nil {
		x = Partial
	}
	a.ev.Extents[KindCredentialReport] = x
}

// reportParser reads the rows of a report.
type reportParser struct {
	a       *account
	v       *value
	made    time.Time
	line    int
	columns map[string]int
	cells   []string
	broken  bool // something of it could not be read
}

func (p *reportParser) problem(format string, args ...any) {
	p.broken = true
	at := p.v.at
	if p.line > 0 {
		at = fmt.Sprintf("line %d", p.line)
	}
	p.a.problem(place{p.v, at}, "", "", format, args...)
}

func (p *reportParser) parse(text string) *CredentialReport {
	if !utf8.ValidString(text) {
		p.problem("the credential report is not UTF-8")
		return nil
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	report := &CredentialReport{Generated: p.made}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return report
		}
		if err != nil {
			var wrong *csv.ParseError
			if errors.As(err, &wrong) {
				p.line, err = wrong.Line, wrong.Err
			}
			p.problem("no CSV, so that what follows is not read: %v", err)
			return report
		}
		p.line, _ = r.FieldPos(0)
		if p.columns == nil {
			if !p.header(cells) {
				return nil
			}
			continue
		}
		p.cells = cells
		if row, ok := p.row(); ok {
			report.Rows = append(report.Rows, row)
		}
	}
}

// header reads the names of the columns. Unknown ones are passed over.
func (p *reportParser) header(cells []string) bool {
	p.columns = map[string]int{}
	for i, name := range cells {
		p.columns[strings.Clone(name)] = i
	}
	if len(p.columns) < len(cells) {
		p.problem("the credential report has a column twice")
		return false
	}
	if _, ok := p.columns["arn"]; !ok {
		p.problem("the credential report has no column arn")
		return false
	}
	return true
}

func (p *reportParser) row() (ReportRow, bool) {
	user, name := p.raw("user"), p.raw("arn")
	if len(p.cells) != len(p.columns) {
		p.problem("the row has %d cells under %d columns", len(p.cells), len(p.columns))
		return ReportRow{}, false
	}
	if id := accountOf(name); id != p.a.id {
		p.problem("the row is not of account %s: %q", p.a.id, cut(name))
		return ReportRow{}, false
	}
	row := ReportRow{
		User: user, ARN: name, Root: strings.HasSuffix(name, ":root"),
		Created:         p.time("user_creation_time"),
		PasswordEnabled: p.truth("password_enabled"), PasswordLastUsed: p.time("password_last_used"),
		PasswordLastChanged: p.time("password_last_changed"), PasswordNextRotation: p.time("password_next_rotation"),
		MFAActive: p.truth("mfa_active"),
	}
	for i := range row.AccessKeys {
		key := fmt.Sprintf("access_key_%d_", i+1)
		row.AccessKeys[i] = ReportKey{
			Active: p.truth(key + "active"), LastRotated: p.time(key + "last_rotated"), LastUsed: p.time(key + "last_used_date"),
			LastUsedRegion: p.text(key + "last_used_region"), LastUsedService: p.text(key + "last_used_service"),
		}
	}
	for i := range row.Certificates {
		certificate := fmt.Sprintf("cert_%d_", i+1)
		row.Certificates[i] = ReportCertificate{Active: p.truth(certificate + "active"), LastRotated: p.time(certificate + "last_rotated")}
	}
	if more := p.text("additional_credentials_info"); more.State == Known {
		row.Additional = more.Value
	}
	return row, true
}

// raw is a cell as it stands.
func (p *reportParser) raw(column string) string {
	if i, ok := p.columns[column]; ok && i < len(p.cells) {
		return strings.Clone(p.cells[i])
	}
	return ""
}

// text reads a cell; its states are words that stand in place of a value.
func (p *reportParser) text(column string) Cell[string] {
	i, ok := p.columns[column]
	if !ok || i >= len(p.cells) {
		return Cell[string]{}
	}
	switch p.cells[i] {
	case "N/A", "":
		return Cell[string]{State: NotApplicable}
	case "no_information":
		return Cell[string]{State: NoInformation}
	case "not_supported":
		return Cell[string]{State: NotSupported}
	}
	return Cell[string]{State: Known, Value: strings.Clone(p.cells[i])}
}

func (p *reportParser) time(column string) Cell[time.Time] {
	return cell(p, column, func(text string) (time.Time, error) { return parseInstant(text) })
}

func (p *reportParser) truth(column string) Cell[bool] {
	return cell(p, column, func(text string) (bool, error) { return strconv.ParseBool(strings.ToLower(text)) })
}

// cell reads a cell of a type. One that cannot be read is a problem, and as if it were not in the report.
func cell[T any](p *reportParser, column string, parse func(string) (T, error)) Cell[T] {
	text := p.text(column)
	if text.State != Known {
		return Cell[T]{State: text.State}
	}
	v, err := parse(text.Value)
	if err != nil {
		p.problem("%s cannot be read: %q", column, cut(text.Value))
		return Cell[T]{}
	}
	return Cell[T]{State: Known, Value: v}
}
