package awsimport

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
)

// account is one account while its files are read.
type account struct {
	r         *reader
	id        string
	partition string // "" as long as nothing tells it
	ev        *Evidence

	entities map[string]directory.Entity // by ARN
	places   map[string]place            // where they stand, by ARN
	arns     map[string]string           // by the entity's key
	memberOf map[string][]string         // names of groups by the user's ARN
	aws      map[string]directory.AWSPolicy
	broken   map[string]string // why a managed policy is not known, by ARN
	details  detailsSeen
	asked    map[Kind]*asked
	keys     map[string]int  // places in ev.AccessKeys by id
	devices  map[string]int  // places in ev.MFADevices by serial number
	lists    map[string]bool // users and roles of ListUsers and ListRoles, by ARN

	// What is joined to something else when all is read.
	roleExtras   map[string]*roleDetail // by ARN
	trailStatus  []statusDetail
	samlMetadata []samlDetail
	tasks        map[string]string // task definition's ARN by the task's
	keyUses      []keyUseDetail

	// Made then.
	groupNames      map[string]*directory.Group // by lower-case name
	byName, byID    map[string]string           // ARNs of users and roles, by kind and lower-case name, and by id
	missingGroups   map[string]bool             // by name, that users are in
	missingPolicies int                         // of the account, that are attached
}

func newAccount(r *reader, id string) *account {
	return &account{
		r: r, id: id, ev: &Evidence{Account: id, Extents: map[Kind]Extent{}},
		entities: map[string]directory.Entity{}, places: map[string]place{}, arns: map[string]string{}, memberOf: map[string][]string{},
		aws: map[string]directory.AWSPolicy{}, broken: map[string]string{}, asked: map[Kind]*asked{},
		keys: map[string]int{}, devices: map[string]int{}, lists: map[string]bool{},
		missingGroups: map[string]bool{}, roleExtras: map[string]*roleDetail{}, tasks: map[string]string{},
	}
}

// problem notes what is wrong. principal, if any, is the one whose permissions are not known because of it.
func (a *account) problem(at place, resource, principal, format string, args ...any) {
	a.r.report(Problem{
		File: at.v.file.Path, Account: a.id, Resource: resource, Principal: principal, Path: at.at, Message: fmt.Sprintf(format, args...),
	})
}

// identified tells whether an item has all that an entity needs, and is this account's.
func (a *account) identified(at place, name, kind, id, plainName string) bool {
	parsed, err := arn.Parse(name)
	if err != nil {
		a.problem(at, "", "", "has no ARN: %v", err)
		a.details.missing("%s%s has no ARN", at.v.file.Path, at.at)
		return false
	}
	named, ok := parsed.Named()
	var why string
	switch {
	case !ok || named.Kind != kind:
		why = "is no " + kind
	case parsed.Account != a.id:
		why = "belongs to another account than the file, " + a.id
	case !arn.KnownPartition(parsed.Partition):
		why = "is in the partition " + parsed.Partition + ", which is not known"
	case parsed.Partition != a.names().Partition:
		why = "is in another partition than the account, " + a.names().Partition
	case id == "" || plainName == "":
		why = "has no id or no name"
	case named.Name != plainName:
		why = "has another name in its ARN"
	default:
		return true
	}
	a.problem(at, name, principalOf(kind, name), "%s", why)
	a.details.missing("%s %s", name, why)
	return false
}

// principalOf is name, if it is that of a kind with permissions.
func principalOf(kind, name string) string {
	if kind == arn.KindUser || kind == arn.KindRole || kind == arn.KindGroup {
		return name
	}
	return ""
}

// add takes an entity in. The same one twice, of two exports, is no problem; two that differ are.
func (a *account) add(name string, e directory.Entity, at place) bool {
	known, twice := a.entities[name]
	if twice && reflect.DeepEqual(known, e) {
		return false
	}
	if renamed := a.arns[e.Key()]; renamed != "" && renamed != name {
		first := a.places[renamed]
		a.problem(at, name, "", "has the id of %s in %s%s, which is left out", renamed, first.v.file.Path, first.at)
		delete(a.entities, renamed)
		a.r.entities--
	}
	if twice {
		first := a.places[name]
		a.problem(at, name, "", "differs from what %s%s says of it: this one counts", first.v.file.Path, first.at)
	} else if a.r.entities++; a.r.entities > MaxEntities {
		if a.r.entities == MaxEntities+1 {
			a.problem(at, name, "", "more than %d entities: this one and those after it are left out", MaxEntities)
		}
		a.details.missing("more than %d entities", MaxEntities)
		return false
	}
	a.entities[name], a.places[name], a.arns[e.Key()] = e, at, name
	return true
}

// asked counts for whom one of the questions that are put user by user was asked.
type asked struct {
	users map[string]bool // by name
	// empty answers do not say whom they are about.
	empty int
}

// askedFor notes an answer about users: those that it names, or the one of the call.
func (a *account) askedFor(k Kind, v *value, users ...string) {
	s := a.asked[k]
	if s == nil {
		s = &asked{users: map[string]bool{}}
		a.asked[k] = s
	}
	if of := v.param("UserName"); of != "" {
		users = append(users, of)
	}
	for _, u := range users {
		s.users[u] = true
	}
	if len(users) == 0 {
		s.empty++
	}
	a.hold(k, Partial)
}

// hold notes that the bundle holds something of a kind; more than one answer says the most.
func (a *account) hold(k Kind, x Extent) {
	if x > a.ev.Extents[k] {
		a.ev.Extents[k] = x
	}
}

// whole notes an answer that has all there is, unless it was cut off or has further pages.
func (a *account) whole(k Kind, v *value) {
	x := Complete
	if v.broken != nil || v.truth("istruncated") || v.text("nexttoken") != "" {
		x = Partial
	}
	a.hold(k, x)
}

// decodeReason is the reason of a decoding error without the library's name and types.
func decodeReason(err error) string {
	var semantic *json.SemanticError
	if !errors.As(err, &semantic) {
		return plainError(err).Error()
	}
	where := ""
	if semantic.JSONPointer != "" {
		where = " at " + string(semantic.JSONPointer)
	}
	if semantic.Err != nil {
		return semantic.Err.Error() + where
	}
	return fmt.Sprintf("a value of the wrong kind (%s)%s", semantic.JSONKind, where)
}

// firstHas tells whether the first item of a list is an object with that member.
func firstHas(items []jsontext.Value, name string) bool {
	if len(items) == 0 || items[0].Kind() != '{' {
		return false
	}
	var object map[string]jsontext.Value
	if decode(items[0], &object) != nil {
		return false
	}
	for member := range object {
		if strings.EqualFold(member, name) {
			return true
		}
	}
	return false
}

func sortVersions(p *directory.Policy) {
	slices.SortFunc(p.Versions, func(v, w directory.PolicyVersion) int { return cmp.Compare(v.Number, w.Number) })
}

func sortInline(all []directory.InlinePolicy) {
	slices.SortStableFunc(all, func(p, q directory.InlinePolicy) int { return cmp.Compare(p.Name, q.Name) })
}
