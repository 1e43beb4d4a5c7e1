package main

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	models := flag.String("models", "", "botocore's data `DIR`; asked of python3 when empty")
	out := flag.String("out", filepath.Join("internal", "api"), "`DIR` to write the packages into")
	check := flag.Bool("check", false, "write nothing; fail if a file would change")
	flag.Parse()
	if err := run(*models, *out, *check); err != nil {
		fmt.Fprintln(os.Stderr, "apigen:", err)
		os.Exit(1)
	}
}

func run(models, out string, check bool) error {
	src, err := openSource(models)
	if err != nil {
		return err
	}
	for _, t := range targets {
		files, err := generate(src, t)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		if err := writeFiles(filepath.Join(out, t.name), files, check); err != nil {
			return err
		}
	}
	return nil
}

// writeFiles puts files into dir, or compares them when check is set.
func writeFiles(dir string, files map[string][]byte, check bool) error {
	if !check {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, name)
		if !check {
			if err := os.WriteFile(path, files[name], 0o644); err != nil {
				return err
			}
			continue
		}
		have, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, files[name]) {
			return fmt.Errorf("%s is not what the model gives: run go run ./internal/apigen", path)
		}
	}
	return nil
}
