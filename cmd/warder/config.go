package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func (p *program) config() *cobra.Command {
	parent := &cobra.Command{
		Use:   "config",
		Short: "Look at the configuration",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	show := &cobra.Command{
		Use:   "show",
		Short: "Print every setting, its value and where it comes from",
		Long: `Print every setting with its value and where that comes from, as warder serve would see it with the same flags:
flag, environment variable, file named by such a variable, configuration file, default. Secrets are not shown.`,
		Example: `  warder config show
  WARDER_LISTEN=127.0.0.1:4700 warder config show --config warder.yaml`,
		Args: cobra.NoArgs,
	}
	addSettings(show, serverSettings()...)
	show.RunE = func(cmd *cobra.Command, _ []string) error { return p.showConfig(cmd) }
	parent.AddCommand(show)
	return parent
}

func (p *program) showConfig(cmd *cobra.Command) error {
	c, err := p.load(cmd)
	if err != nil {
		return err
	}
	if _, err := c.server(); err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, s := range settings() {
		keys := []string{s.name}
		if s.kind == table {
			if keys = c.MapKeys(s.name); len(keys) == 0 {
				keys = []string{s.name}
			} else {
				slices.Sort(keys)
				for i := range keys {
					keys[i] = s.name + "." + keys[i]
				}
			}
		}
		for _, key := range keys {
			if _, err := fmt.Fprintf(w, "%s\t%s\t%s\n", key, c.shown(&s, key), c.source[key]); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}

// shown is a value as people read it.
func (c *configuration) shown(s *setting, key string) string {
	if !c.Exists(key) {
		return "-"
	}
	if s.secret {
		return "[redacted]"
	}
	switch v := c.Get(key).(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, ",")
	default:
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(text)
	}
}
