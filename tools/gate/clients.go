package main

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// client is a program from outside that a suite needs.
type client struct {
	name    string
	probe   []string // succeeds where the client works
	best    []string // succeeds where nothing better can be installed, if that is more than the probe asks
	install []string // Debian packages that bring it, for root
	how     string   // how a person gets it
}

func awsCLI() *client {
	return &client{
		name: "awscli", probe: []string{"aws", "--version"}, install: []string{"awscli"},
		how: "Get the AWS CLI: as root on Debian, apt-get install awscli.",
	}
}

func terraform() *client {
	return &client{
		name: "terraform", probe: []string{"terraform", "version"},
		how: "Get Terraform and the AWS provider: install Terraform 1.5 or later from its maker, then in an empty folder with a " +
			"main.tf that requires hashicorp/aws 5.100, run terraform providers mirror DIR, and name DIR in a CLI configuration file " +
			"(provider_installation, filesystem_mirror) that TF_CLI_CONFIG_FILE points to. No package registry of Go, Debian or npm has them.",
	}
}

func node() *client {
	return &client{
		name: "node", probe: []string{"npm", "--version"}, install: []string{"nodejs", "npm"},
		how: "Get Node.js 20 or later and npm: as root on Debian 13 or later, apt-get install nodejs npm.",
	}
}

func boto3() *client {
	return &client{
		name: "boto3", probe: []string{"python3", "-c", "import boto3"}, install: []string{"python3-boto3"},
		how: "Get boto3: as root on Debian, apt-get install python3-boto3; elsewhere, pip install boto3.",
	}
}

func xmllint() *client {
	return &client{
		name: "xmllint", probe: []string{"xmllint", "--version"}, install: []string{"libxml2-utils"},
		how: "Get xmllint: as root on Debian, apt-get install libxml2-utils.",
	}
}

func jq() *client {
	return &client{
		name: "jq", probe: []string{"jq", "--version"}, install: []string{"jq"},
		how: "Get jq: as root on Debian, apt-get install jq.",
	}
}

// chromium is any that Debian has; that without windows takes a fifth less of the processor.
func chromium() *client {
	const shell = "chromium-headless-shell"
	return &client{
		name: "chromium", probe: []string{"sh", "-c", shell + " --version || chromium --version"}, best: []string{shell, "--version"}, install: []string{shell},
		how: "Get Chromium: as root on Debian, apt-get install " + shell + ", or chromium.",
	}
}

func strace() *client {
	return &client{
		name: "strace", probe: []string{"strace", "-D", "-f", "-qq", "-e", "trace=none", "true"}, install: []string{"strace"},
		how: "Get strace: as root on Debian, apt-get install strace. In a container it needs the right to trace its own processes.",
	}
}

func raceDetector() *client {
	return &client{
		name: "race", probe: []string{"gcc", "--version"}, install: []string{"gcc", "libc6-dev"},
		how: "The race detector needs a C compiler: as root on Debian, apt-get install gcc libc6-dev.",
	}
}

// present tells whether a client works, after installing it where that can be done without asking: as root on Debian.
func (g *gate) present(ctx context.Context, c *client) bool {
	best := c.best
	if best == nil {
		best = c.probe
	}
	if g.works(ctx, best) {
		return true
	}
	g.install(ctx, c)
	return g.works(ctx, c.probe)
}

// install installs a client where that can be done without asking.
func (g *gate) install(ctx context.Context, c *client) {
	if len(c.install) == 0 || os.Geteuid() != 0 {
		return
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return
	}
	say(g.out, "installing %s", strings.Join(c.install, " "))
	for _, args := range [][]string{
		{"update", "-qq"},
		slices.Concat([]string{"install", "-qq", "-y", "--no-install-recommends"}, c.install),
	} {
		cmd := g.command(ctx, ".", "apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if err := cmd.Run(); err != nil {
			say(g.out, "apt-get %s: %v", args[0], err)
		}
	}
}

func (g *gate) works(ctx context.Context, probe []string) bool {
	cmd := g.command(ctx, ".", probe[0], probe[1:]...)
	cmd.Stdout, cmd.Stderr = nil, nil
	return cmd.Run() == nil
}
