package rewind

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/trail"
)

// parameters are the members of IAM's requests that say what a change was; of answers, those that say what was made.
type parameters struct {
	UserName, NewUserName, RoleName, GroupName, NewGroupName, NewPath string
	PolicyName, PolicyArn, PolicyDocument, VersionID                  string
	AssumeRolePolicyDocument, PermissionsBoundary                     string
	SetAsDefault                                                      bool
	Policy                                                            struct{ Arn string }
	PolicyVersion                                                     struct{ VersionID string }
	Role                                                              struct{ RoleName string }
}

// read gives the request and the answer of an event.
func read(e *trail.Event) (in, out parameters, err error) {
	for _, part := range []struct {
		text json.RawMessage
		into *parameters
	}{{e.RequestParameters, &in}, {e.ResponseElements, &out}} {
		if len(part.text) == 0 {
			continue
		}
		if err := json.Unmarshal(part.text, part.into); err != nil {
			return in, out, fmt.Errorf("rewind: event %s: %w", e.EventID, err)
		}
	}
	return in, out, nil
}

// undo takes one change back. Events that change nothing of what the map shows are passed over.
func (p *past) undo(e *trail.Event) {
	in, out, err := read(e)
	if err != nil {
		p.tell(false, "What %s changed at %s cannot be read from its event.", e.EventName, e.EventTime.UTC().Format(time.RFC3339))
		return
	}
	if strings.HasPrefix(e.EventName, "Tag") || strings.HasPrefix(e.EventName, "Untag") {
		p.retagged++
		return
	}
	switch e.EventName {
	case "CreateUser":
		delete(p.users, folded(in.UserName))
		p.forget("user", in.UserName)
	case "CreateGroup":
		delete(p.groups, folded(in.GroupName))
		p.forget("group", in.GroupName)
	case "CreateRole":
		delete(p.roles, folded(in.RoleName))
		p.forget("role", in.RoleName)
	case "CreateServiceLinkedRole":
		delete(p.roles, folded(out.Role.RoleName))
		p.forget("role", out.Role.RoleName)
	case "DeleteUser":
		p.users[folded(in.UserName)] = &directory.User{ID: gone(e), Name: in.UserName, Path: pathIn(e, "user", in.UserName), Created: p.at}
		p.want("boundary", "user", in.UserName, "")
	case "DeleteGroup":
		p.groups[folded(in.GroupName)] = &directory.Group{ID: gone(e), Name: in.GroupName, Path: pathIn(e, "group", in.GroupName), Created: p.at}
	case "DeleteRole":
		const hour = 3600
		p.roles[folded(in.RoleName)] = &directory.Role{ID: gone(e), Name: in.RoleName, Path: pathIn(e, "role", in.RoleName), MaxSession: hour, Created: p.at}
		p.want("boundary", "role", in.RoleName, "")
		p.want("trust", "role", in.RoleName, "")
	case "UpdateAssumeRolePolicy":
		p.want("trust", "role", in.RoleName, "")
	case "UpdateUser", "UpdateGroup":
		p.rename(e, &in)
	case "AddUserToGroup", "RemoveUserFromGroup":
		p.membership(&in, e.EventName == "RemoveUserFromGroup")
	default:
		p.undoPolicy(e, &in, &out)
	}
}

// undoPolicy takes back a change of policies.
func (p *past) undoPolicy(e *trail.Event, in, out *parameters) {
	kind, name := in.subject()
	switch e.EventName {
	case "AttachUserPolicy", "AttachGroupPolicy", "AttachRolePolicy":
		if h := p.holder(kind, name); h != nil {
			setListed(attached(h), in.PolicyArn, false)
			p.want("attached", kind, name, in.PolicyArn) // what is attached may be attached again
		}
	case "DetachUserPolicy", "DetachGroupPolicy", "DetachRolePolicy":
		if h := p.holder(kind, name); h != nil {
			setListed(attached(h), in.PolicyArn, true)
			delete(p.wants, want{"attached", kind, folded(name), in.PolicyArn})
		}
	case "PutUserPolicy", "PutGroupPolicy", "PutRolePolicy", "DeleteUserPolicy", "DeleteGroupPolicy", "DeleteRolePolicy":
		p.want("inline", kind, name, in.PolicyName)
	case "PutUserPermissionsBoundary", "PutRolePermissionsBoundary", "DeleteUserPermissionsBoundary", "DeleteRolePermissionsBoundary":
		p.want("boundary", kind, name, "")
	case "CreatePolicy":
		delete(p.policies, folded(in.PolicyName))
		p.forget("policy", in.PolicyName)
	case "DeletePolicy":
		path, name := policyName(in.PolicyArn)
		p.policies[folded(name)] = &directory.Policy{ID: gone(e), Name: name, Path: path, Created: p.at, Updated: p.at}
		p.want("default", "policy", name, in.PolicyArn)
	case "CreatePolicyVersion":
		_, name := policyName(in.PolicyArn)
		if m := p.policies[folded(name)]; m != nil {
			number := versionNumber(out.PolicyVersion.VersionID)
			m.Versions = slices.DeleteFunc(m.Versions, func(v directory.PolicyVersion) bool { return v.Number == number })
		}
		if in.SetAsDefault {
			p.want("default", "policy", name, in.PolicyArn)
		}
	case "SetDefaultPolicyVersion":
		_, name := policyName(in.PolicyArn)
		p.want("default", "policy", name, in.PolicyArn)
	}
}

// subject is whom a request about policies is about.
func (in *parameters) subject() (kind, name string) {
	switch {
	case in.UserName != "":
		return "user", in.UserName
	case in.GroupName != "":
		return "group", in.GroupName
	}
	return "role", in.RoleName
}

// rename takes a change of name or path back.
func (p *past) rename(e *trail.Event, in *parameters) {
	if e.EventName == "UpdateGroup" {
		move(p.groups, in.GroupName, in.NewGroupName, func(g *directory.Group) {
			g.Name = in.GroupName
			if in.NewPath != "" {
				g.Path = pathIn(e, "group", in.GroupName)
			}
		})
		p.renameWants("group", in.NewGroupName, in.GroupName)
		return
	}
	move(p.users, in.UserName, in.NewUserName, func(u *directory.User) {
		u.Name = in.UserName
		if in.NewPath != "" {
			u.Path = pathIn(e, "user", in.UserName)
		}
	})
	p.renameWants("user", in.NewUserName, in.UserName)
}

// move gives what is called now its name of before.
func move[E comparable](all map[string]E, before, now string, change func(E)) {
	if now == "" {
		now = before
	}
	var none E
	e := all[folded(now)]
	if e == none {
		return
	}
	delete(all, folded(now))
	change(e)
	all[folded(before)] = e
}

func (p *past) membership(in *parameters, join bool) {
	u, g := p.users[folded(in.UserName)], p.groups[folded(in.GroupName)]
	if u == nil || g == nil {
		return
	}
	setListed(&u.Groups, g.ID, join)
	p.want("member", "user", in.UserName, folded(in.GroupName)) // who is in may be put in again, and who is not be taken out
}

// setListed puts a name on a list, once, or takes it off.
func setListed(list *[]string, name string, there bool) {
	*list = slices.DeleteFunc(*list, func(known string) bool { return known == name })
	if there {
		*list = append(*list, name)
	}
}

// gone is a unique id for what was deleted and whose own is not on record.
func gone(e *trail.Event) string { return "GONE-" + e.EventID }

// pathIn is the path of an entity as the event's resources tell it.
func pathIn(e *trail.Event, kind, name string) string {
	for i := range e.Resources {
		_, rest, ok := strings.Cut(e.Resources[i].ARN, ":"+kind+"/")
		if path, found := strings.CutSuffix("/"+rest, "/"+name); ok && found {
			return path + "/"
		}
	}
	return "/"
}

// policyName takes path and name out of the ARN of a managed policy.
func policyName(arn string) (path, name string) {
	_, rest, _ := strings.Cut(arn, ":policy/")
	at := strings.LastIndexByte(rest, '/') + 1
	return "/" + rest[:at], rest[at:]
}

// versionNumber reads "v3"; 0 for what is none.
func versionNumber(id string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "v"))
	if err != nil {
		return 0
	}
	return n
}
