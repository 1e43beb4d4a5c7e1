package usage

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// From how many on names become a pattern.
const (
	// ManyBelow: more than so many names right below one prefix that ends in a slash become prefix/*; so do more than so
	// many of such patterns below one prefix.
	ManyBelow = 5
	// ManyNames: more than so many names of one type without a slash, such as functions, become all of that type, account
	// and region. Names with nothing fixed before them, such as those of buckets, stay, however many.
	ManyNames = 20
)

// Generalise makes of the ARNs of resources as few patterns as are sensible: many names below one prefix become a pattern,
// whose first five parts and fixed beginning stay. Stars in the given ARNs are wildcards; what another pattern covers goes.
func Generalise(resources []string) []string {
	list := slices.Clone(resources)
	for {
		list = uncovered(list)
		next := gather(list)
		if len(next) == len(list) {
			return list
		}
		list = next
	}
}

// uncovered are the patterns in order, without those that another one covers.
func uncovered(list []string) []string {
	slices.Sort(list)
	list = slices.Compact(list)
	var wild []string
	for _, p := range list {
		if strings.Contains(p, "*") {
			wild = append(wild, p)
		}
	}
	if len(wild) == 0 {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(r string) bool {
		return slices.ContainsFunc(wild, func(p string) bool { return p != r && arn.Glob(p, r) })
	})
}

// gather puts a pattern in place of many names below one prefix, one level up.
func gather(list []string) []string {
	below := map[string]int{}
	for _, r := range list {
		below[parent(r)]++
	}
	many := func(prefix string) bool {
		if prefix == "" {
			return false
		}
		if strings.HasSuffix(prefix, "/") {
			return below[prefix] > ManyBelow
		}
		return below[prefix] > ManyNames
	}
	var out []string
	for _, r := range list {
		if p := parent(r); many(p) {
			r = p + "*"
		}
		out = append(out, r)
	}
	return uncovered(out)
}

// parent is what stands before the last part of a resource's name: "arn:aws:s3:::b/logs/" of arn:aws:s3:::b/logs/x and of
// arn:aws:s3:::b/logs/x/*. It is "" where nothing fixed does.
func parent(resource string) string {
	const parts = 6
	p := strings.SplitN(resource, ":", parts)
	if len(p) < parts {
		return ""
	}
	rest := strings.TrimSuffix(strings.TrimSuffix(p[parts-1], "*"), "/")
	at := strings.LastIndexByte(rest, '/')
	if at < 0 {
		at = strings.LastIndexByte(rest, ':')
	}
	if at < 0 || strings.ContainsAny(rest[:at], "*?") {
		return ""
	}
	return strings.Join(p[:parts-1], ":") + ":" + rest[:at+1]
}
