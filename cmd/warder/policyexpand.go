package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

func (p *program) policyExpand() *cobra.Command {
	var long, asJSON bool
	var levels []string
	cmd := &cobra.Command{
		Use:   "expand [PATTERN|FILE…]",
		Short: "Show the actions that wildcards mean",
		Long: `Show the actions that a pattern such as s3:Get* means, of AWS's services and your own, or what the Action and NotAction of
each statement of a policy document come to. NotAction comes to every action but those that it lists. FILE is a file, a folder
or a pattern of names; none, or -, is standard input.

Actions stand one on a line, so that other programs read them. Exit statuses: 0 done; 1 a pattern means no action, or its
service is not known; 2 a file cannot be read.`,
		Example: `  warder policy expand 's3:Get*Tagging'
  warder policy expand -l 'iam:*Policy' --access-level 'Permissions management'
  warder policy expand policy.json --json
  warder policy expand '*' --access-level list,read | wc -l`,
	}
	addSettings(cmd, catalogSetting)
	cmd.Flags().BoolVarP(&long, "long", "l", false, "with each action's access level")
	cmd.Flags().StringSliceVar(&levels, "access-level", nil, "only actions of that `LEVEL`: List, Read, Write, Tagging, 'Permissions management'; may be repeated")
	cmd.Flags().BoolVar(&asJSON, "json", false, "a JSON array")
	completeWith(cmd, "access-level", "List", "Read", "Write", "Tagging", "Permissions management")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		wanted, err := parseLevels(levels)
		if err != nil {
			return err
		}
		services, err := p.loadCatalog(cmd)
		if err != nil {
			return err
		}
		x := expander{catalog: services, levels: wanted, long: long, json: asJSON}
		return x.run(p, args)
	}
	return cmd
}

// parseLevels reads access levels in any case, and with any of the ways to write the one of two words.
func parseLevels(texts []string) ([]catalog.AccessLevel, error) {
	var levels []catalog.AccessLevel
	for _, text := range texts {
		found := false
		for l := catalog.List; l <= catalog.PermissionsManagement; l++ {
			if letters(text) == letters(l.String()) {
				levels, found = append(levels, l), true
			}
		}
		if !found {
			return nil, usagef("--access-level %s: the levels are List, Read, Write, Tagging and 'Permissions management'", text)
		}
	}
	return levels, nil
}

func letters(text string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(text))
}

// expander is one run of policy expand.
type expander struct {
	catalog    *catalog.Catalog
	levels     []catalog.AccessLevel // none: all
	long, json bool

	expansions []expansion
	total      int // actions of all expansions
	status     int
}

// maxExpanded is the most actions that one run comes to: every action there is, for some two hundred statements.
const maxExpanded = 5_000_000

// expansion is a pattern with its actions, or an element of a statement.
type expansion struct {
	Pattern string           `json:"pattern,omitempty"`
	File    string           `json:"file,omitempty"`
	Sid     string           `json:"sid,omitempty"`
	Index   *int             `json:"index,omitempty"` // of the statement, from 0
	Line    int              `json:"line,omitempty"`
	Effect  string           `json:"effect,omitempty"`
	Element string           `json:"element,omitempty"` // "Action" or "NotAction"
	Actions []expandedAction `json:"actions"`
	Unknown []string         `json:"unknown,omitempty"` // patterns that mean nothing, each with why
}

type expandedAction struct {
	Action      string `json:"action"`
	AccessLevel string `json:"accessLevel,omitempty"`
}

func (x *expander) run(p *program, args []string) error {
	var files []string
	for _, arg := range args {
		if !isActionPattern(arg) {
			files = append(files, arg)
			continue
		}
		x.add(p, expansion{Pattern: arg}, []string{arg})
	}
	if len(files) > 0 || len(args) == 0 {
		for _, in := range p.inputs(files, policy.MaxSize, ".json") {
			x.document(p, &in)
		}
	}
	if err := x.print(p); err != nil {
		return err
	}
	if x.status != exitOK {
		return statusError(x.status)
	}
	return nil
}

// isActionPattern tells a pattern of actions from the name of a file: what exists is a file.
func isActionPattern(arg string) bool {
	if _, err := os.Stat(arg); err == nil {
		return false
	}
	service, name, ok := strings.Cut(arg, ":")
	return arg == "*" || ok && service != "" && name != "" && !strings.ContainsAny(arg, `/\`)
}

func (x *expander) document(p *program, in *input) {
	doc, err := policy.Parse(in.text)
	if in.err != nil {
		err = in.err
	}
	if err != nil {
		x.status = exitUsage
		p.complain(in, err)
		return
	}
	for i := range doc.Statements {
		s := &doc.Statements[i]
		e := expansion{File: in.name, Sid: s.Sid, Index: &s.Index, Line: s.Span.Start.Line, Effect: "Deny", Element: "Action"}
		if s.Effect == policy.Allow {
			e.Effect = "Allow"
		}
		list := s.Action
		if s.NotAction != nil {
			e.Element, list = "NotAction", s.NotAction
		}
		patterns := make([]string, len(list))
		for i, v := range list {
			patterns[i] = v.Text
		}
		x.add(p, e, patterns)
	}
}

// add expands patterns into e and keeps it.
func (x *expander) add(p *program, e expansion, patterns []string) {
	if x.total > maxExpanded {
		x.status = exitUsage
		p.say("%s", clean(fmt.Sprintf("%sit comes to more than %d actions; expand less at a time", e.place(), maxExpanded)))
		return
	}
	named, seen := map[*catalog.Action]bool{}, map[string]bool{}
	for _, pattern := range patterns {
		if seen[pattern] {
			continue
		}
		seen[pattern] = true
		before := len(named)
		for a := range x.catalog.Matching(pattern) {
			named[a] = true
		}
		if len(named) > before || x.matchesAny(pattern) {
			continue
		}
		why := meansNothing(x.catalog, pattern)
		e.Unknown = append(e.Unknown, why.Error())
		x.status = max(x.status, exitFailure)
		p.say("%s", clean(e.place()+why.Error()))
	}
	e.Actions = x.choose(named, e.Element == "NotAction")
	x.expansions = append(x.expansions, e)
	x.total += len(e.Actions)
}

func (x *expander) matchesAny(pattern string) bool {
	for range x.catalog.Matching(pattern) {
		return true
	}
	return false
}

// choose gives the actions of the wanted levels in order, or with not those that were not named.
func (x *expander) choose(named map[*catalog.Action]bool, not bool) []expandedAction {
	chosen := []expandedAction{}
	for a := range x.catalog.Matching("*") {
		if named[a] != not && (len(x.levels) == 0 || slices.Contains(x.levels, a.Access)) {
			chosen = append(chosen, expandedAction{a.String(), a.Access.String()})
		}
	}
	return chosen
}

// place stands before a message about the expansion.
func (e *expansion) place() string {
	if e.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", e.File, e.Line)
}

func (x *expander) print(p *program) error {
	switch {
	case x.json && x.expansions == nil:
		return p.printJSON([]expansion{}) // a list, never null
	case x.json:
		return p.printJSON(x.expansions)
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	var errs []error
	for i := range x.expansions {
		e := &x.expansions[i]
		if e.File != "" {
			_, err := fmt.Fprintf(w, "# %s\n", clean(e.title()))
			errs = append(errs, err)
		}
		for _, a := range e.Actions {
			line := a.Action
			if x.long {
				line += "\t" + a.AccessLevel
			}
			_, err := fmt.Fprintln(w, line)
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, w.Flush())...)
}

// title says which statement the actions below it are of.
func (e *expansion) title() string {
	title := fmt.Sprintf("%sStatement[%d]", e.place(), *e.Index)
	if e.Sid != "" {
		title += fmt.Sprintf(" %q", e.Sid)
	}
	return fmt.Sprintf("%s: %s, %s: %s", title, e.Effect, e.Element, counted(len(e.Actions), "action"))
}
