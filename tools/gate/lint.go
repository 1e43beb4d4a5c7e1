package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// runLint runs the linters at the versions that tools/go.mod pins. It goes on after a finding, so that one run shows
// them all.
func runLint(ctx context.Context, g *gate) (count, error) {
	bin := filepath.Join(g.root, "bin", "tools")
	if err := g.command(ctx, "tools", "go", "build", "-o", bin+string(filepath.Separator),
		"honnef.co/go/tools/cmd/staticcheck", "github.com/kisielk/errcheck").Run(); err != nil {
		return count{}, fmt.Errorf("building the linters: %w", err)
	}
	var c count
	check := func(name string, ok bool) {
		if ok {
			say(g.out, "ok    %s", name)
			return
		}
		say(g.out, "FAIL  %s", name)
		c.failed++
	}
	badly, err := g.output(ctx, ".", "gofmt", "-l", ".")
	if badly != "" {
		say(g.out, "not formatted, run gofmt -w on:\n%s", strings.TrimSpace(badly))
	}
	check("gofmt", err == nil && badly == "")
	for _, dir := range append([]string{"."}, g.modules()...) {
		check("go vet in "+dir, g.command(ctx, dir, "go", "vet", "./...").Run() == nil)
		check("staticcheck in "+dir, g.command(ctx, dir, filepath.Join(bin, "staticcheck"), "./...").Run() == nil)
		check("errcheck in "+dir, g.command(ctx, dir, filepath.Join(bin, "errcheck"), "-ignoretests",
			"-exclude", filepath.Join(g.root, "tools", "errcheck.txt"), "./...").Run() == nil)
	}
	return c, nil
}
