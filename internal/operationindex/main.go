package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/server"
)

func main() {
	root := flag.String("root", ".", "the tree's `DIR`")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "operationindex:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	files, err := generate(root)
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate gives the files by name.
func generate(root string) (map[string][]byte, error) {
	list := app.Operations()
	x, err := readIndex(root, serviceNames(list))
	if err != nil {
		return nil, err
	}
	for i, o := range list {
		list[i].Tests = nil
		if c := x[o.Service+":"+o.Name]; c != nil {
			list[i].Tests = c.files()
		}
	}
	tests, err := x.encode()
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"internal/app/operationtests.json": tests, "docs/operations.md": page(list)}, nil
}

// serviceNames are the signing names, in their order.
func serviceNames(list []server.OperationState) []string {
	var names []string
	for _, o := range list {
		if len(names) == 0 || names[len(names)-1] != o.Service {
			names = append(names, o.Service)
		}
	}
	return names
}
