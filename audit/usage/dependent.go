package usage

import (
	"strings"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// passRole is no call of its own: see passed.
const passRole = "iam:PassRole"

// dependent are what a call needs beside its own action and that no record shows: of the actions on which its own depends,
// tagging where the request has tags, and those that no trail has, on what the request names. A dependent action that is a
// call of its own has a record of its own where a service made it in the caller's name.
func (w *writer) dependent(a *catalog.Action) []Need {
	var needs []Need
	for _, name := range a.Dependents() {
		service, action, _ := strings.Cut(name, ":")
		d, ok := w.Catalog.Action(service, action)
		if !ok || name == passRole {
			continue
		}
		tags := d.Access == catalog.Tagging
		if tags && len(w.request.tags) == 0 || !tags && LoggingOf(d) == Management {
			continue
		}
		for _, resource := range w.resources(d) {
			n := Need{Action: name, Resource: resource, With: a.String(), told: w.request.there}
			if tags {
				n.Tags = w.request.tags
			} else if n.Partial() || resource == "*" {
				continue // nothing says that it was needed at all
			}
			if name == "ec2:CreateTags" {
				n.Keys = map[string]string{"ec2:createaction": a.Name}
			}
			needs = append(needs, n)
		}
	}
	return needs
}

// Keys whose values follow from the call that an action goes with: a policy for that call alone asks for them.
var following = []string{"iam:PassedToService", "ec2:CreateAction"}

// follow are the conditions on the following keys that a need has.
func follow(n *Need) []policy.Condition {
	var list []policy.Condition
	for _, key := range following {
		if value := n.Keys[strings.ToLower(key)]; value != "" && n.With != "" {
			list = append(list, policy.Condition{
				Operator: policy.Operator{Test: "StringEquals"}, OperatorText: policy.Value{Text: "StringEquals"},
				Key: policy.Value{Text: key}, Values: []policy.Value{{Text: value}},
			})
		}
	}
	return list
}
