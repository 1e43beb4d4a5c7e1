package awsimport

import (
	"time"

	"github.com/warder-iam/warder/directory"
)

func isUsers(v *value) bool {
	return listOf("users", "Arn")(v) && !v.has("group") || v.kindOf("user") == '{'
}

func isRoles(v *value) bool {
	return listOf("roles", "Arn")(v) || v.kindOf("role") == '{'
}

func isProfiles(v *value) bool {
	return withList("instanceprofiles")(v) || withObject("instanceprofile")(v)
}

// readUsers takes what ListUsers and GetUser have beyond the authorization details: when users last signed in. Users that
// the details lack are not taken from here, since their policies are not known.
func readUsers(a *account, v *value) {
	one := func(d *struct {
		Arn              string
		PasswordLastUsed *instant
	}, _ place,
	) {
		if a.ev.PasswordLastUsed == nil {
			a.ev.PasswordLastUsed = map[string]time.Time{}
		}
		if d.PasswordLastUsed != nil {
			a.ev.PasswordLastUsed[d.Arn] = d.PasswordLastUsed.Time
		} else {
			a.ev.PasswordLastUsed[d.Arn] = time.Time{}
		}
		a.listed(d.Arn)
	}
	if v.has("user") {
		eachObject(a, v, "user", one)
		a.hold(KindUsers, Partial)
		return
	}
	eachItem(a, v, "users", one)
	a.whole(KindUsers, v)
}

// listed notes a user or role of a list, to see later whether the details have it.
func (a *account) listed(name string) { a.lists[name] = true }

// readRoles takes what ListRoles and GetRole have beyond the authorization details: description, longest session and last use.
func readRoles(a *account, v *value) {
	one := func(d *roleDetail, _ place) {
		a.roleExtras[d.Arn] = d
		if d.RoleLastUsed != nil {
			a.roleUsed(d.Arn, d.RoleLastUsed)
		}
		a.listed(d.Arn)
	}
	if v.has("role") {
		eachObject(a, v, "role", one)
		a.hold(KindRoles, Partial)
		return
	}
	eachItem(a, v, "roles", one)
	a.whole(KindRoles, v)
}

func (a *account) roleUsed(name string, d *roleUseDetail) {
	if a.ev.RoleLastUsed == nil {
		a.ev.RoleLastUsed = map[string]RoleUse{}
	}
	use := RoleUse{Time: d.LastUsedDate.Time, Region: d.Region}
	if known, ok := a.ev.RoleLastUsed[name]; !ok || known.Time.Before(use.Time) {
		a.ev.RoleLastUsed[name] = use
	}
}

func readProfiles(a *account, v *value) {
	if v.has("instanceprofile") {
		eachObject(a, v, "instanceprofile", a.readProfile)
		a.hold(KindInstanceProfiles, Partial)
		return
	}
	eachItem(a, v, "instanceprofiles", a.readProfile)
	if v.param("RoleName") != "" { // list-instance-profiles-for-role
		a.hold(KindInstanceProfiles, Partial)
		return
	}
	a.whole(KindInstanceProfiles, v)
}

// joinRoles gives the roles what other answers say of them.
func (a *account) joinRoles() {
	for name, d := range a.roleExtras {
		r, ok := a.entities[name].(*directory.Role)
		if !ok {
			continue
		}
		if d.Description != "" {
			r.Description = d.Description
		}
		if d.MaxSessionDuration > 0 {
			r.MaxSession = int(d.MaxSessionDuration)
		}
	}
}

func readSummary(a *account, v *value) {
	var counts map[string]number
	if !a.object(v, "summarymap", &counts) {
		return
	}
	a.ev.Summary = make(map[string]int, len(counts))
	for name, n := range counts {
		a.ev.Summary[name] = int(n)
	}
	a.whole(KindSummary, v)
}

func readAliases(a *account, v *value) {
	eachItem(a, v, "accountaliases", func(alias *string, _ place) { a.ev.Alias = *alias })
	a.whole(KindAliases, v)
}

// lastAccessedDetail is the answer of GetServiceLastAccessedDetails, which does not say whom it is about.
type lastAccessedDetail struct {
	LastAuthenticated          instant
	LastAuthenticatedEntity    string
	LastAuthenticatedRegion    string
	ServiceName                string
	ServiceNamespace           string
	TotalAuthenticatedEntities number
	TrackedActionsLastAccessed []struct {
		ActionName, LastAccessedEntity, LastAccessedRegion string
		LastAccessedTime                                   instant
	}
}

func readLastAccessed(a *account, v *value) {
	name := principalNamed(v)
	if name == "" {
		a.problem(place{v, v.at}, "", "", "nothing tells whom the last accessed details are about: add a member Arn, or name the file by the ARN")
		return
	}
	if status := v.text("jobstatus"); status != "" && status != "COMPLETED" {
		a.problem(place{v, v.pointer("JobStatus")}, name, "", "the report of last access was not made: %s", cut(status))
		return
	}
	report := a.ev.LastAccessed[name]
	if report == nil {
		report = &LastAccessed{ARN: name}
	}
	var made instant
	if m := v.members["jobcompletiondate"]; m != nil && decode(m.raw, &made) == nil {
		report.Made = made.Time
	}
	report.ActionLevel = report.ActionLevel || v.text("jobtype") == "ACTION_LEVEL"
	report.Truncated = v.truth("istruncated") || v.broken != nil
	eachItem(a, v, "serviceslastaccessed", func(d *lastAccessedDetail, _ place) {
		s := ServiceAccess{
			Service: d.ServiceNamespace, Name: d.ServiceName, Last: d.LastAuthenticated.Time, Entity: d.LastAuthenticatedEntity,
			Region: d.LastAuthenticatedRegion, Entities: int(d.TotalAuthenticatedEntities),
		}
		for _, t := range d.TrackedActionsLastAccessed {
			s.Actions = append(s.Actions, ActionAccess{t.ActionName, t.LastAccessedTime.Time, t.LastAccessedEntity, t.LastAccessedRegion})
		}
		report.Services = append(report.Services, s)
	})
	if a.ev.LastAccessed == nil {
		a.ev.LastAccessed = map[string]*LastAccessed{}
	}
	a.ev.LastAccessed[name] = report
	a.hold(KindLastAccessed, Partial)
}

func lastAccessedOwner(v *value) string { return accountOf(principalNamed(v)) }

// principalNamed is the ARN that an answer about one principal or policy is about: of the call, or of the file's name.
func principalNamed(v *value) string {
	for _, name := range []string{"Arn", "PrincipalArn", "ResourceArn"} {
		if p := v.param(name); accountOf(p) != "" {
			return p
		}
	}
	if name := arnInPath(v.file.Path); accountOf(name) != "" {
		return name
	}
	return ""
}
