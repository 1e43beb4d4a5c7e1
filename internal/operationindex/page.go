package main

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/warder-iam/warder/internal/server"
)

const head = `# Operations

<!-- Written by make generate; do not edit. -->

Every operation of the API models that Warder knows, as ` + "`warder operations`" + ` lists them (` + "`--json`" + ` for programs). There are three states:

- **served**: it does what AWS documents.
- **refused**: it makes sense on AWS alone, or needs what is not here. It answers the error of its model that AWS would
  give, for the reason given.
- **not yet**: it answers the error NotImplemented (HTTP 400), which names the operation.

The action is what a policy must allow. The tests are files of data below ` + "`internal/service/`" + `: requests with their answers.
`

// page is docs/operations.md.
func page(list []server.OperationState) []byte {
	var b bytes.Buffer
	b.WriteString(head)
	for _, service := range serviceNames(list) {
		var of []server.OperationState
		count := map[server.State]int{}
		for _, o := range list {
			if o.Service == service {
				of = append(of, o)
				count[o.State]++
			}
		}
		fmt.Fprintf(&b, "\n## %s\n\n%d operations: %d served, %d refused, %d not yet.\n\n| operation | state | action | tests |\n|---|---|---|---|\n",
			service, len(of), count[server.Served], count[server.Refused], count[server.NotYet])
		for _, o := range of {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", o.Name, state(o), code(o.Action), tests(o.Tests))
		}
	}
	return b.Bytes()
}

func state(o server.OperationState) string {
	text := string(o.State)
	if o.Reason != "" {
		text += ": " + o.Reason
	}
	if o.Open != "" {
		text += "; no permission needed: " + o.Open
	}
	if o.Own != "" {
		text += "; no permission needed for one's own: " + o.Own
	}
	return strings.ReplaceAll(text, "|", `\|`)
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

// tests names files by package and name: "iam/errors".
func tests(files []string) string {
	var names []string
	for _, f := range files {
		names = append(names, path.Base(path.Dir(path.Dir(f)))+"/"+strings.TrimSuffix(path.Base(f), ".json"))
	}
	return strings.Join(names, ", ")
}
