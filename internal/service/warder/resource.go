package warder

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
	"github.com/warder-iam/warder/policy/eval"
)

// resourceProperties is what a question says of its resource.
type resourceProperties struct {
	// Account that owns the resource; without it, the one in the ARN, and without that the subject's.
	Account string
	// Tags of the resource.
	Tags map[string]string
	// Policy of the resource: an object, or its text.
	Policy jsontext.Value
}

// resourceNames are the members of resourceProperties.
var resourceNames = []string{"account", "tags", "policy"}

// resourceProperties reads what the question says of its resource that means something to Warder.
func (q *Question) resourceProperties() (p resourceProperties, err error) {
	var members map[string]jsontext.Value
	if err := read("resource.properties", q.Resource.Properties, &members); err != nil {
		return p, err
	}
	for _, own := range []struct {
		name string
		to   any
	}{{"account", &p.Account}, {"tags", &p.Tags}, {"policy", &p.Policy}} {
		v, ok := members[own.name]
		if !ok {
			continue
		}
		if err := json.Unmarshal(v, own.to); err != nil {
			return p, invalid("resource.properties.%s: %s", own.name, jsonError(err))
		}
	}
	return p, nil
}

// ask makes what authz is asked of a question, but for its condition keys.
func (q *Question) ask(policies *policyReader) (authz.Ask, error) {
	ask := authz.Ask{Action: q.Action.Name, Resource: q.Resource.ID}
	p, err := q.resourceProperties()
	if err != nil {
		return ask, err
	}
	account, ok := resourceAccount(q.Resource.ID)
	switch {
	case !ok:
		return ask, invalid(`resource.id must be an ARN, or "*" for an action without resources`)
	case p.Account != "" && !arn.IsAccountID(p.Account):
		return ask, invalid("resource.properties.account must be 12 digits")
	case p.Account != "" && account != "" && p.Account != account:
		return ask, invalid("resource.properties.account is not the account in resource.id")
	case p.Account != "":
		account = p.Account
	}
	ask.ResourceAccount = account
	if err := tagsOf(&ask, p.Tags); err != nil {
		return ask, err
	}
	return ask, policies.policyOf(&ask, p.Policy)
}

// resourceAccount is the account in an ARN, "" where it has none. Names of a service's own resources may hold what arn
// takes for a wildcard: here every character stands for itself.
func resourceAccount(resource string) (account string, ok bool) {
	if resource == "*" {
		return "", true
	}
	parts := strings.SplitN(resource, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || !word(parts[1]) || !word(parts[2]) || parts[5] == "" {
		return "", false
	}
	switch account = parts[4]; {
	case account == "", account == "aws":
		return "", true
	default:
		return account, arn.IsAccountID(account)
	}
}

// Source of the limits: AWS, "Tag naming limits and requirements".
func tagsOf(ask *authz.Ask, tags map[string]string) error {
	if len(tags) > maxTags {
		return invalid("resource.properties.tags has more than %d tags", maxTags)
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if key == "" || len(key) > 4*128 || len(tags[key]) > 4*256 {
			return invalid("resource.properties.tags: a key has 1 to 128 characters and a value at most 256")
		}
		ask.ResourceTags = append(ask.ResourceTags, directory.Tag{Key: key, Value: tags[key]})
	}
	return nil
}

// policyReader reads resource policies, each text once: a batch may have one in common.
type policyReader struct {
	library *directory.Library
	read    map[string]directory.Document
}

func newPolicyReader(library *directory.Library) *policyReader {
	return &policyReader{library, map[string]directory.Document{}}
}

func (r *policyReader) policyOf(ask *authz.Ask, v jsontext.Value) error {
	if ask.ResourceKind = eval.KindOf(ask.Action, ask.Resource, len(v) > 0); len(v) == 0 {
		return nil
	}
	text := string(v)
	switch v.Kind() {
	case '"':
		if err := json.Unmarshal(v, &text); err != nil {
			return invalid("resource.properties.policy: %s", jsonError(err))
		}
	case '{':
	default:
		return invalid("resource.properties.policy must be a policy document, or its text")
	}
	d, known := r.read[text]
	if !known {
		if err := checkPolicy(text); err != nil {
			return err
		}
		d = r.library.Document(text)
		r.read[text] = d
	}
	ask.ResourcePolicy = &eval.Source{Name: "resource policy", Policy: d.Compiled()}
	return nil
}

// checkPolicy refuses what is no resource policy at all. It does not ask whether the service should have taken it: what
// cannot be evaluated fails closed.
func checkPolicy(text string) error {
	if policy.Size(text) > maxPolicy {
		return invalid("resource.properties.policy is larger than %d characters", maxPolicy)
	}
	doc, err := policy.Parse(text)
	if err != nil {
		return invalid("resource.properties.policy: %s", message(err))
	}
	for i := range doc.Statements {
		if s := &doc.Statements[i]; s.Principal == nil && s.NotPrincipal == nil {
			return invalid("resource.properties.policy: statement %d names no Principal, as each one of a resource's policy must", i)
		}
	}
	return nil
}

func message(err error) string {
	var syntax *policy.SyntaxError
	if errors.As(err, &syntax) {
		return strings.TrimPrefix(syntax.Error(), "policy: ")
	}
	return "not a policy document"
}
