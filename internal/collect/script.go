package collect

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// preamble is the shell functions that the script is made of.
//
//go:embed preamble.sh
var preamble string

// Script is a POSIX shell script that makes the calls with the AWS CLI, version 1 or 2, and writes files of the same form as
// Run's.
func Script() string {
	s := &script{}
	s.text.WriteString(preamble)
	var global, local []Call
	for _, c := range Calls() {
		if c.Regional {
			local = append(local, c)
		} else {
			global = append(global, c)
		}
	}
	s.line("")
	s.line("echo 'Asking what is the same in all regions …' >&2")
	s.calls(global)
	s.line("")
	s.line("for region in $regions; do")
	s.indent += "  "
	s.line(`echo "Asking about $region …" >&2`)
	s.calls(local)
	s.indent = ""
	s.line("done")
	s.line("region=")
	s.line("finish")
	return s.text.String()
}

// script is one that is being written.
type script struct {
	text   strings.Builder
	indent string
}

func (s *script) line(format string, args ...any) {
	fmt.Fprintf(&s.text, s.indent+format+"\n", args...)
}

// calls writes calls in their order. Neighbours for one set share a loop, which also sees what they add to that set.
func (s *script) calls(calls []Call) {
	var sets []string
	for _, c := range calls {
		for _, g := range c.Gives {
			if !slices.Contains(sets, string(g.Set)) {
				sets = append(sets, string(g.Set))
			}
		}
	}
	s.line("empty %s", strings.Join(sets, " "))
	for len(calls) > 0 {
		n := slices.IndexFunc(calls, func(c Call) bool { return c.Each != calls[0].Each })
		if n < 0 {
			n = len(calls)
		}
		s.group(calls[0].Each, calls[:n])
		calls = calls[n:]
	}
}

// group writes the calls for one set.
func (s *script) group(set Set, calls []Call) {
	outer := s.indent
	s.line("n=0")
	if set != "" {
		s.line("while read -r item <&3; do")
		s.indent += "  "
	}
	for i := range calls {
		s.call(&calls[i])
	}
	if set != "" {
		s.line("n=$((n + 1))")
		s.indent = outer
		s.line(`done 3<"$sets/%s"`, set)
	}
}

// call writes a call, and the one before it where its answer is waited for, and what it gives.
func (s *script) call(c *Call) {
	if c.Then == nil {
		s.plain(c)
		return
	}
	s.line("if before=$(ask %s %s); then", c.handle(), c.commandLine())
	s.await(c)
	s.await(c.Then)
	s.line("  %s", c.Then.shell())
	s.line("else")
	s.line("  %s", c.shell())
	s.line("fi")
}

func (s *script) plain(c *Call) {
	s.await(c)
	if len(c.Gives) == 0 {
		s.line("%s", c.shell())
		return
	}
	s.line("if %s; then", c.shell())
	for _, g := range c.Gives {
		s.line("  give %s '%s' %s", g.Set, g.query(), c.commandLine())
	}
	s.line("fi")
}

func (s *script) await(c *Call) {
	if c.While.Member != "" {
		s.line("  await %s '%s' %s", c.While.Member, strings.Join(c.While.Values, " "), c.commandLine())
	}
}

// handle is the member of the answer that the call after this one needs, or that says how far it is.
func (c *Call) handle() string {
	for _, p := range c.Then.Params {
		if name, ok := strings.CutPrefix(p.Value, "@"); ok {
			return name
		}
	}
	return c.While.Member
}

// shell is the line that makes the call and writes its answer.
func (c *Call) shell() string {
	var request strings.Builder
	for _, p := range c.Params {
		if p.Values == nil {
			fmt.Fprintf(&request, " %s %s", p.Name, shellValue(p.Value))
		}
	}
	return fmt.Sprintf(`call %s "$(request%s)" %s`, c.Name(), &request, c.commandLine())
}

// commandLine is the call as arguments of aws.
func (c *Call) commandLine() string {
	service := c.Service
	if service == "s3" {
		service = "s3api" // the CLI's s3 is another thing
	}
	parts := []string{service, c.command()}
	for _, p := range c.Params {
		switch {
		case p.About:
		case p.Values == nil:
			parts = append(parts, "--"+kebab(p.Name)+"="+shellValue(p.Value))
		default:
			parts = append(parts, "--"+kebab(p.Name))
			for _, v := range p.Values {
				parts = append(parts, shellValue(v))
			}
		}
	}
	return strings.Join(parts, " ")
}

// shellValue is a parameter's value in the script. What stands in the table has no character that a shell would touch.
func shellValue(value string) string {
	switch {
	case value == "$":
		return `"$item"`
	case value == "$/1":
		return `"$(part 1 "$item")"`
	case strings.HasPrefix(value, "@"):
		return `"$before"`
	}
	return value
}

// query is the path in the language of the CLI: each item on a line of its own.
func (g *Gift) query() string {
	list, member, ok := strings.Cut(g.Path, "[].")
	if !ok {
		return strings.TrimSuffix(g.Path, "[]") + "[].[@]"
	}
	return list + "[].[" + member + "]"
}
