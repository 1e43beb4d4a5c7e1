package compare

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// unlisted are the patterns of actions that statements name and that no action of the catalogue fits, each once.
func unlisted(c *catalog.Catalog, statements []policy.Statement) (names []string) {
	for i := range statements {
		for _, v := range statements[i].Action {
			same := func(name string) bool { return strings.EqualFold(name, v.Text) }
			if strings.Contains(v.Text, ":") && !anyMatching(c, v.Text) && !slices.ContainsFunc(names, same) {
				names = append(names, v.Text)
			}
		}
	}
	return names
}

func anyMatching(c *catalog.Catalog, pattern string) bool {
	for range c.Matching(pattern) {
		return true
	}
	return false
}

// unlisted compares what a principal can do with an action that the catalogue does not have. Which resources it has is not
// known, so that it is asked about on one for each pattern that the statements name.
func (c *comparison) unlisted(p access.Principal, action string, statements []policy.Statement) (list []Difference) {
	if strings.ContainsAny(action, "*?") {
		c.undecided("%s: the catalogue has no action that fits", action)
		return nil
	}
	service, _, _ := strings.Cut(strings.ToLower(action), ":")
	for _, pattern := range resourcesOf(action, statements) {
		example := exampleOf(pattern)
		switch {
		case strings.Contains(pattern, "${"):
			c.undecided("%s: %s on %s: the catalogue does not have the action, and the resource has a variable", p.ARN, action, pattern)
			continue
		case strings.Trim(pattern, "*") == "":
			example = "arn:aws:" + service + ":::example"
		}
		if d, differs := c.ask(p, action, example); differs {
			d.Resource = pattern
			list = append(list, d)
		}
	}
	return list
}

// resourcesOf are the patterns of resources in the statements that name an action, each once; "*" for NotResource.
func resourcesOf(action string, statements []policy.Statement) (patterns []string) {
	for i := range statements {
		st := &statements[i]
		if !slices.ContainsFunc(st.Action, func(v policy.Value) bool { return strings.EqualFold(v.Text, action) }) {
			continue
		}
		values := st.Resource
		if st.NotResource != nil {
			values = []policy.Value{{Text: "*"}}
		}
		for _, v := range values {
			if !slices.Contains(patterns, v.Text) {
				patterns = append(patterns, v.Text)
			}
		}
	}
	return patterns
}

// exampleOf is a text that fits a pattern.
func exampleOf(pattern string) string {
	return strings.NewReplacer("*", "example", "?", "x").Replace(pattern)
}
