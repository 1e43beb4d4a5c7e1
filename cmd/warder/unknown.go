package main

import (
	"fmt"
	"strings"

	"github.com/warder-iam/warder/catalog"
)

// unknownService names the services whose names come near.
func unknownService(c *catalog.Catalog, name string) error {
	var near []string
	for s := range c.Services() {
		if d := distance(strings.ToLower(name), s.Prefix); d <= max(1, len(name)/3) {
			near = append(near, s.Prefix)
		}
	}
	hint := "warder catalog list --all shows all; add your own with warder catalog add FILE"
	if len(near) > 0 {
		hint = "near it are " + strings.Join(near[:min(len(near), 8)], ", ") + "; " + hint
	}
	return fmt.Errorf("no service is called %q: %s", name, hint)
}

// meansNothing says why no action matches a pattern, and what comes near.
func meansNothing(c *catalog.Catalog, pattern string) error {
	prefix, name, ok := strings.Cut(pattern, ":")
	if !ok {
		return fmt.Errorf("%q is no action: write service:Name", pattern)
	}
	if strings.ContainsAny(prefix, "*?") {
		return fmt.Errorf("%q: a service takes no wildcard; for every action write *", pattern)
	}
	s, ok := c.Service(prefix)
	if !ok {
		return unknownService(c, prefix)
	}
	names := make([]string, len(s.Actions))
	for i := range s.Actions {
		names[i] = s.Actions[i].Name
	}
	near, far := nearest(name, names)
	if far >= 0 && far <= max(2, len(name)/3) {
		return fmt.Errorf("no action of %s matches %q; the nearest is %s", s.Prefix, pattern, s.Prefix+":"+near)
	}
	return fmt.Errorf("no action of %s matches %q; warder catalog show %s lists them", s.Prefix, pattern, s.Prefix)
}

// doubtful says what is odd about a request's action: its service has none of that name. Such a request is decided all the
// same, most often with a denial that tells nothing about the policies. It is "" for an action that is known, and for one of
// a service that is not.
func doubtful(c *catalog.Catalog, action string) string {
	prefix, name, ok := strings.Cut(action, ":")
	s, known := c.Service(prefix)
	if !known || !ok || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == '*' || r == '?' }) {
		return ""
	}
	if _, known := s.Action(name); known {
		return ""
	}
	return meansNothing(c, action).Error()
}
