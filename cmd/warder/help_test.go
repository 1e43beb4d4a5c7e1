package main

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestFlagColumns: in the help of every command the descriptions of flags begin in one column. The library counts bytes, so
// that a flag's or a value's name with a letter of several bytes pushes its line out.
func TestFlagColumns(t *testing.T) {
	p := &program{name: "warder", out: io.Discard, err: io.Discard}
	flags := 0
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		cmd.InitDefaultHelpFlag()
		for _, set := range []*pflag.FlagSet{cmd.LocalFlags(), cmd.InheritedFlags()} {
			flags += checkColumns(t, cmd.CommandPath(), set)
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(p.root())
	if flags < 100 {
		t.Errorf("%d flags were looked at", flags)
	}
}

// checkColumns looks at the lines that the help has for these flags, and tells how many there are.
func checkColumns(t *testing.T, command string, set *pflag.FlagSet) (flags int) {
	t.Helper()
	lines := strings.Split(set.FlagUsages(), "\n")
	column := 0
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		_, usage := pflag.UnquoteUsage(f)
		for _, line := range lines {
			name, description := strings.Index(line, "--"+f.Name+" "), strings.LastIndex(line, usage)
			if name < 0 || name > 6 {
				continue
			}
			flags++
			at := utf8.RuneCountInString(line[:max(0, description)])
			if column == 0 {
				column = at
			}
			if at != column || at == 0 {
				t.Errorf("%s --help: the description begins in column %d, that of others in %d: %s", command, at, column, line)
			}
			return
		}
		t.Errorf("%s --help has no line for --%s", command, f.Name)
	})
	return flags
}
