package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
)

func (p *program) catalogRemove() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "remove SERVICE",
		Short:   "Forget a service of your own",
		Example: `  warder catalog remove myapp`,
		Args:    cobra.ExactArgs(1),
	}
	addSettings(cmd, "data", catalogSetting)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		own, err := p.ownServices(cmd)
		if err != nil {
			return err
		}
		file, err := own.Remove(args[0])
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no service %q of your own in %s; warder catalog list shows those there are", args[0], own.Path())
		} else if err != nil {
			return err
		}
		p.say("A server that runs forgets it when it is started anew.")
		return p.printf("Removed %s: %s\n", strings.ToLower(args[0]), file)
	}
	return cmd
}
