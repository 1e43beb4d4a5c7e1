package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/internal/visible"
)

// writeMarkdown writes in the dialect of GitHub, as tickets and pull requests take it.
func writeMarkdown(w io.Writer, r *audit.Report, _ Options) error {
	b := bufio.NewWriter(w) // an error stays, and Flush tells it
	names := make([]string, len(r.Accounts))
	for i, a := range r.Accounts {
		names[i] = a.ID
	}
	open := r.Open(audit.Informational)
	_, _ = fmt.Fprintf(b, "# Audit of %s\n\n%s. %s Score: **%s**.\n\n", strings.Join(names, ", "), plural(len(open), "finding"), coverage(r), total(r))
	_, _ = b.WriteString("| area | score | what moves it |\n|---|---:|---|\n")
	for _, a := range r.Score.Areas {
		score, moves := "not assessed", make([]string, 0, len(a.Moves))
		if a.Score != nil {
			score = fmt.Sprint(*a.Score)
		}
		for _, m := range a.Moves {
			moves = append(moves, fmt.Sprintf("%s (+%d)", m.Check, m.Points))
		}
		_, _ = fmt.Fprintf(b, "| %s | %s | %s |\n", a.Area, score, strings.Join(moves, ", "))
	}
	for _, s := range audit.Severities() {
		if countOf(open, s) == 0 {
			continue
		}
		_, _ = fmt.Fprintf(b, "\n## %s\n", strings.ToUpper(s.String()[:1])+s.String()[1:])
		for i := range open {
			if open[i].Severity == s {
				markdownFinding(b, &open[i])
			}
		}
	}
	if len(r.NotAssessed) > 0 {
		_, _ = b.WriteString("\n## Not assessed\n\n")
		for _, a := range r.NotAssessed {
			_, _ = fmt.Fprintf(b, "- %s in %s: %s\n", a.Check, a.Account, markdown(missing(a.Missing)))
		}
	}
	return b.Flush()
}

func markdownFinding(b *bufio.Writer, f *audit.Finding) {
	_, _ = fmt.Fprintf(b, "\n### %s\n\n%s · `%s`\n\n", markdown(f.Title), code(f.Resource), f.ID)
	for _, e := range f.Evidence {
		_, _ = fmt.Fprintf(b, "- %s\n", markdown(place(&e)+e.Text))
	}
	_, _ = fmt.Fprintf(b, "\n%s\n", markdown(f.Remedy.Text))
	for _, block := range []struct{ language, text string }{{"sh", f.Remedy.Command}, {"json", f.Remedy.Patch}, {"terraform", f.Remedy.Terraform}} {
		if block.text != "" {
			fence := fenceFor(block.text)
			_, _ = fmt.Fprintf(b, "\n%s%s\n%s\n%s\n", fence, block.language, visibleLines(strings.TrimRight(block.text, "\n")), fence)
		}
	}
}

// markdown keeps a text from being read as markup, and on one line.
func markdown(s string) string {
	var b strings.Builder
	for _, c := range visible.Spell(s) {
		if strings.ContainsRune("\\`*_{}[]<>#|!&~@", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// code is a text as code. One that holds backticks gets longer ones around it.
func code(s string) string {
	s = visible.Spell(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}

// fenceFor is longer than any run of backticks in a block.
func fenceFor(block string) string {
	fence := "```"
	for strings.Contains(block, fence) {
		fence += "`"
	}
	return fence
}
