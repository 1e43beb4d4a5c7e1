package usage

import (
	"cmp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/trail"
)

// Need is one thing that a call of a record needed: an action on a resource.
type Need struct {
	// Action is "service:Name", Resource an ARN, in which a star stands for what the record does not tell.
	Action, Resource string
	// With is the action of the call that this one goes with, such as lambda:CreateFunction with iam:PassRole; "" for the
	// call's own.
	With string
	// Keys are the condition keys of the operation that the request tells.
	Keys map[string]string
	// Tags of the request.
	Tags []directory.Tag
	// told: the record has the request, so that what is not in it was not asked for.
	told bool
}

// Partial reports whether the record does not tell the whole name of the resource.
func (n *Need) Partial() bool { return n.Resource != "*" && strings.Contains(n.Resource, "*") }

// Translator tells what the calls of records needed in the terms of policies. It is for one goroutine.
type Translator struct {
	// Catalog of actions and resource types.
	Catalog *catalog.Catalog
	// Snapshot, unless nil, tells the paths of users and roles, which records leave out, and the roles of instance profiles.
	Snapshot *directory.Snapshot

	forms   map[string][]formPart // of ARNs, taken apart
	events  map[[2]string]called  // by source and name
	classes classes[translated]
}

// translated are the needs of a class of calls.
type translated struct {
	needs []Need
	why   string
}

// Needs are those of the call of a record, to be read only. Where there are none, why says for what reason: the call needs
// no permission, or what it needs is not known.
func (t *Translator) Needs(e *trail.Event) (needs []Need, why string) {
	actor, _ := Actor(e)
	c, known := t.classes.find(e, actor)
	if !known {
		c.needs, c.why = t.translate(e)
		t.classes.add(c)
	}
	return c.needs, c.why
}

func (t *Translator) translate(e *trail.Event) (needs []Need, why string) {
	list, why := t.actions(e.EventSource, e.EventName)
	if why != "" {
		return nil, why
	}
	p := readParameters(e.RequestParameters)
	actor, account := Actor(e)
	w := writer{Translator: t, event: e, request: p, actor: actor, account: cmp.Or(account, e.RecipientAccountID)}
	for _, a := range list {
		for _, resource := range w.resources(a) {
			needs = append(needs, Need{Action: a.String(), Resource: resource, Keys: keysOf(a, p), Tags: p.tags, told: p.there})
		}
	}
	if e.ReadOnly {
		return needs, ""
	}
	return append(append(needs, w.passed(list[0])...), w.dependent(list[0])...), ""
}

// requestKeys are condition keys whose values are members of requests. Sources: the pages of IAM, STS and S3 in the Service
// Authorization Reference.
var requestKeys = map[string]string{
	"iam:policyarn": "policyarn", "iam:permissionsboundary": "permissionsboundary", "sts:externalid": "externalid",
	"sts:rolesessionname": "rolesessionname", "s3:prefix": "prefix", "s3:delimiter": "delimiter", "iam:awsservicename": "awsservicename",
	"iam:passedtoservice": "", // of the call, not of its request
}

func keysOf(a *catalog.Action, p *parameters) map[string]string {
	var keys map[string]string
	for key, member := range requestKeys {
		service, _, _ := strings.Cut(key, ":")
		if text := p.first(member); service == a.Service && text != "" {
			if keys == nil {
				keys = map[string]string{}
			}
			keys[key] = text
		}
	}
	return keys
}

// writer writes the ARNs of one record.
type writer struct {
	*Translator
	event          *trail.Event
	request        *parameters
	actor, account string
}

// passers are the service principals to which the calls of a service pass roles, where that is not the service itself.
// Source: IAM User Guide, iam:PassedToService; Amazon ECS Developer Guide, "Task IAM role".
var passers = map[string]string{"ecs": "ecs-tasks.amazonaws.com"}

// passed are the roles that the call passes: those that its request names, and that of an instance profile.
func (w *writer) passed(a *catalog.Action) []Need {
	if a.Service == "iam" || a.Service == "sts" {
		return nil // these act on roles
	}
	roles := slices.Clone(w.request.roles)
	if a.Service == "ec2" {
		roles = append(roles, w.ofProfile()...)
	}
	to := arn.ServicePrincipals(w.partition(), cmp.Or(passers[a.Service], a.Service+".amazonaws.com"))[0]
	var needs []Need
	slices.Sort(roles)
	for _, role := range slices.Compact(roles) {
		needs = append(needs, Need{
			Action: "iam:PassRole", Resource: role, With: a.String(), Keys: map[string]string{"iam:passedtoservice": to}, told: w.request.there,
		})
	}
	return needs
}

// ofProfile is the role of the instance profile that a request names; one that nobody knows has the profile's name, as the
// console makes them.
func (w *writer) ofProfile() (roles []string) {
	profile := ""
	for _, text := range w.request.arns {
		if a, err := arn.Parse(text); err == nil {
			if named, ok := a.Named(); ok && named.Kind == arn.KindInstanceProfile {
				profile = named.Name
			}
		}
	}
	if profile == "" {
		return nil
	}
	if w.Snapshot != nil {
		if account := w.Snapshot.Account(w.account); account != nil {
			if p := account.InstanceProfile(profile); p != nil {
				if r := account.RoleByID(p.Role); r != nil {
					return []string{account.ARN(r)}
				}
			}
		}
	}
	return []string{arn.Account{Partition: w.partition(), ID: w.account}.Role("/", profile).String()}
}
