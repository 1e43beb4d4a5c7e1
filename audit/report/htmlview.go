package report

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
)

// Bounds of the page: what is beyond is counted, and in the other forms.
const (
	fullFindings  = 60  // of one check, with evidence and remedy
	briefFindings = 240 // of one check, one line each
	mostRows      = 500 // of a table
	mostPaths     = 100 // escalations told step by step, equal ones together
)

// pageView is a report as the page shows it.
type pageView struct {
	*audit.Report
	Tool          string
	Title         string
	ContentPolicy string
	Style, Script template.HTML
	Standing      string // "good", "fair" or "poor"
	Open          int
	Counts        []severityView
	Coverage      string
	Cards         []areaView
	Suppressed    []checkView
	Paths         rows[pathView]
	Admins        rows[audit.Administrator]
	Outside       rows[audit.External]
	Trouble       rows[string]
	Gone          rows[string]
	Picture       *picture
	Gaps          []gapView
}

func newPageView(r *audit.Report, o Options) *pageView {
	v := &pageView{
		Report: r, Tool: o.Tool, Title: titleOf(r), ContentPolicy: contentPolicy(), Standing: standing(r.Score.Total), Coverage: coverage(r),
		Style: template.HTML("<style>" + pageStyle + "</style>"), Script: template.HTML("<script>" + pageScript + "</script>"), //nolint:gosec // ours
	}
	for _, s := range audit.Severities() {
		c := severityView{Severity: s}
		c.Checks, c.Findings = byCheck(r, func(f *audit.Finding) bool { return f.Suppressed == nil && f.Severity == s })
		v.Counts = append(v.Counts, c)
		v.Open += c.Findings
	}
	v.Suppressed, _ = byCheck(r, func(f *audit.Finding) bool { return f.Suppressed != nil })
	v.Cards = areaViews(r)
	paths := groupPaths(r, exactShape)
	v.Picture = newPicture(r, paths)
	v.Paths = cut(paths, mostPaths)
	v.Admins, v.Outside = cut(r.Administrators, mostRows), cut(r.External, mostRows)
	v.Trouble, v.Gone = cut(r.Problems, mostRows), cut(r.Resolved, mostRows)
	v.Gaps = gapViews(r)
	return v
}

// titleOf names the account, or counts them.
func titleOf(r *audit.Report) string {
	if len(r.Accounts) != 1 {
		return "Audit of " + plural(len(r.Accounts), "account")
	}
	a := r.Accounts[0]
	for _, name := range []string{a.Name, a.Alias} {
		if name != "" {
			return "Audit of " + name
		}
	}
	return "Audit of account " + a.ID
}

// standing is how a score looks; "" for none.
func standing(score *int) string {
	switch {
	case score == nil:
		return ""
	case *score >= 85:
		return "good"
	case *score >= 60:
		return "fair"
	}
	return "poor"
}

// severityView is what was found of one severity.
type severityView struct {
	Severity audit.Severity
	Findings int
	Checks   []checkView
}

// checkView is what a check found.
type checkView struct {
	audit.CheckInfo
	Full, Brief []*audit.Finding
	More        int
}

// Rest are the findings of which there is not all.
func (c checkView) Rest() int { return len(c.Brief) + c.More }

// findingView is a finding with its check.
type findingView struct {
	Check   audit.CheckInfo
	Finding *audit.Finding
	// Open: its evidence shows from the beginning.
	Open bool
}

// newFindingView opens the first of each check that found something critical.
func newFindingView(c checkView, f *audit.Finding, isFirst bool) findingView {
	return findingView{c.CheckInfo, f, isFirst && f.Severity == audit.Critical && f.Suppressed == nil}
}

// byCheck gathers the findings that are wanted by their check, in the order of the report.
func byCheck(r *audit.Report, wanted func(*audit.Finding) bool) (list []checkView, total int) {
	index := map[string]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if !wanted(f) {
			continue
		}
		at, ok := index[f.Check]
		if !ok {
			at = len(list)
			index[f.Check] = at
			list = append(list, checkView{CheckInfo: r.Check(f.Check)})
		}
		c := &list[at]
		switch {
		case len(c.Full) < fullFindings:
			c.Full = append(c.Full, f)
		case len(c.Brief) < briefFindings:
			c.Brief = append(c.Brief, f)
		default:
			c.More++
		}
		total++
	}
	return list, total
}

// areaView is the card of an area: its score, and each of its checks with what became of it.
type areaView struct {
	audit.AreaScore
	Standing string
	Checks   []resultView
}

// resultView is what became of a check in all accounts.
type resultView struct {
	audit.CheckInfo
	Open, Suppressed int
	NotAssessed      int // accounts
	Accounts         int
	Points           int
	Anchor           string
}

// Status is the first that holds of "findings", "not assessed", "suppressed" and "passed".
func (v *resultView) Status() string {
	switch {
	case v.Open > 0:
		return "findings"
	case v.NotAssessed > 0 || v.Accounts == 0:
		return "not assessed"
	case v.Suppressed > 0:
		return "suppressed"
	}
	return "passed"
}

func areaViews(r *audit.Report) []areaView {
	results := map[string]*resultView{}
	for _, c := range r.Checks {
		results[c.ID] = &resultView{CheckInfo: c}
	}
	for _, list := range [][]audit.Assessment{r.Assessed, r.NotAssessed} {
		for _, a := range list {
			if v := results[a.Check]; v != nil {
				v.Accounts++
				if len(a.Missing) > 0 {
					v.NotAssessed++
				}
			}
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		v := results[f.Check]
		switch {
		case v == nil:
		case f.Suppressed != nil:
			v.Suppressed++
		default:
			v.Open++
			if v.Open == 1 {
				v.Anchor = "c-" + f.Severity.String() + "-" + f.Check
			}
		}
	}
	cards := make([]areaView, 0, len(r.Score.Areas))
	for _, s := range r.Score.Areas {
		card := areaView{AreaScore: s, Standing: standing(s.Score)}
		for _, m := range s.Moves {
			if v := results[m.Check]; v != nil {
				v.Points = m.Points
			}
		}
		for _, c := range r.Checks {
			if c.Area == s.Area {
				card.Checks = append(card.Checks, *results[c.ID])
			}
		}
		slices.SortStableFunc(card.Checks, func(a, b resultView) int { return b.Points - a.Points })
		cards = append(cards, card)
	}
	return cards
}

// gapView is something that is missing, with the checks that need it.
type gapView struct {
	audit.Gap
	Checks []string
}

func gapViews(r *audit.Report) []gapView {
	var list []gapView
	for _, a := range r.NotAssessed {
		for _, g := range a.Missing {
			i := slices.IndexFunc(list, func(v gapView) bool { return v.Gap == g })
			if i < 0 {
				i = len(list)
				list = append(list, gapView{Gap: g})
			}
			if !slices.Contains(list[i].Checks, a.Check) {
				list[i].Checks = append(list[i].Checks, a.Check)
			}
		}
	}
	return list
}

// short is an ARN as people say it: "user alice", "role ops of 111122223333" outside of the report's one account.
func short(r *audit.Report, text string) string {
	kind, name, account := principal(text)
	text = strings.TrimSpace(kind + " " + name)
	if account != "" && account != r.Account && kind != "account" {
		text += " of " + account
	}
	return text
}

// principal takes an ARN apart into a kind, a name without its path, and an account, as far as it is one of IAM or STS.
// Another is a name as it is.
func principal(text string) (kind, name, account string) {
	a, err := arn.Parse(text)
	switch {
	case text == "*":
		return "", "anybody", ""
	case err != nil || a.Service != "iam" && a.Service != "sts":
		return "", text, ""
	case a.Resource == "root":
		return "account", a.Account, a.Account
	}
	kind, rest, ok := strings.Cut(a.Resource, "/")
	if !ok {
		return "", a.Resource, a.Account
	}
	return kind, rest[strings.LastIndex(rest, "/")+1:], a.Account
}

// needs are requirements as one text: "with MFA and from 10.0.0.0/8"; "" for none.
func needs(list []access.Requirement) string {
	var texts []string
	for _, q := range list {
		if !slices.Contains(texts, q.Text) {
			texts = append(texts, q.Text)
		}
	}
	return strings.Join(texts, " and ")
}

// at is the place of a statement, behind the name of its policy.
func at(s access.StatementRef) string {
	text := s.SID
	if text == "" {
		text = fmt.Sprintf("#%d", s.Index+1)
	}
	text = "statement " + text
	if s.Line > 0 {
		text += fmt.Sprintf(", line %d column %d", s.Line, s.Column)
	}
	return text
}

// day is a date for people.
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

// initial has a capital as its first letter.
func initial(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return strings.ToUpper(text[:size]) + text[size:]
}

// class is a name of ours as a class of CSS.
func class(name any) string { return strings.ReplaceAll(fmt.Sprint(name), " ", "-") }

// rows are as many of a list as the page shows, and how many more there are.
type rows[T any] struct {
	Shown []T
	More  int
}

func cut[T any](list []T, most int) rows[T] {
	return rows[T]{first(list, most), max(len(list)-most, 0)}
}

func first[T any](list []T, most int) []T { return list[:min(len(list), most)] }
