package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

var instanceProfile = audit.Check{
	ID:         "instance-profile",
	Title:      "Workloads get their permissions from a role of their own",
	Why:        "Keys on a workload are copied with its image or its environment, and a role that two workloads share gives each what the other needs.",
	Severity:   audit.Low,
	Area:       audit.AreaCredentials,
	References: slices.Concat(cis("1.17", "2.16"), practice("roles for workloads")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		// Lists of instances and functions are of one region each, and nothing tells of which regions there should be one:
		// what is assessed is what is there.
		for _, k := range []struct {
			kind    awsimport.Kind
			command string
		}{{awsimport.KindInstances, getInstances}, {awsimport.KindFunctions, getFunctions}} {
			if a.Evidence.Extent(k.kind) == awsimport.Absent {
				r.NotAssessed("the "+string(k.kind), k.command)
			}
		}
		for i := range a.Evidence.Workloads {
			workloadCredentials(a, r, &a.Evidence.Workloads[i])
		}
		profiles(a, r)
	},
}

// workloadCredentials finds workloads with keys, and instances without a role.
func workloadCredentials(a *audit.Account, r *audit.Reporter, w *awsimport.Workload) {
	kind := strings.ReplaceAll(strings.TrimPrefix(string(w.Kind), "AWS::"), "::", " ")
	for _, id := range w.AccessKeys {
		whose := fact("nothing tells whose key %s is", id)
		if o, found := ownerOf(a, id); found {
			whose = fact("%s", o.proof)
		}
		r.FoundAs(audit.High, id, audit.Finding{
			Resource: w.ARN,
			Title:    fmt.Sprintf("%s %s has access key %s in its environment", kind, w.Name, id),
			Evidence: []audit.Evidence{fact("an environment variable of %s holds %s", w.ARN, id), whose},
			Remedy:   audit.Remedy{Text: "Give its role the permissions of the key's user, take the key out of the environment, deactivate it, and delete it."},
		})
	}
	if w.Kind != awsimport.EC2Instance {
		return
	}
	f := audit.Finding{Resource: w.ARN, Remedy: audit.Remedy{
		Text:    "Make a role with what the instance needs, and give it to the instance in a profile; an instance that calls nothing may have one without permissions.",
		Command: audit.Command("aws", "ec2", "associate-iam-instance-profile", "--region", w.Region, "--instance-id", w.Name, "--iam-instance-profile", "Name=PROFILE"),
	}}
	switch {
	case w.Profile == "":
		f.Title = fmt.Sprintf("Instance %s has no instance profile", w.Name)
		f.Evidence = []audit.Evidence{fact("describe-instances gives no IamInstanceProfile; what runs on it can call AWS only with keys")}
	case w.Role == "" && emptyProfile(a, w.Profile):
		f.Title = fmt.Sprintf("Instance %s has a profile without a role", w.Name)
		f.Evidence = []audit.Evidence{fact("%s carries no role", w.Profile)}
	case w.Role == "":
		r.NotAssessed("the role of "+w.Profile, getProfiles)
		return
	default:
		return
	}
	r.Found("", f)
}

func emptyProfile(a *audit.Account, name string) bool {
	if a.Directory == nil {
		return false
	}
	for p := range a.Directory.InstanceProfiles() {
		if a.Directory.ARN(p) == name {
			return p.Role == ""
		}
	}
	return false
}

// profiles finds profiles that carry nothing, that nothing uses, and roles that serve twice.
func profiles(a *audit.Account, r *audit.Reporter) {
	if a.Directory == nil {
		r.NotAssessed("the roles and instance profiles: the authorization details", getDetails)
		return
	}
	if a.Evidence.Extent(awsimport.KindInstanceProfiles) != awsimport.Complete {
		r.NotAssessed("the instance profiles that carry no role", getProfiles)
	}
	byRole := map[string][]string{}
	for p := range a.Directory.InstanceProfiles() {
		role := a.Directory.RoleByID(p.Role)
		if role == nil {
			emptyOrUnknown(a, r, p)
			continue
		}
		name := a.Directory.ARN(role)
		byRole[name] = append(byRole[name], a.Directory.ARN(p))
	}
	for role := range a.Directory.Roles() {
		name := a.Directory.ARN(role)
		if own := byRole[name]; len(own) > 0 {
			roleOfProfiles(a, r, name, own)
		}
	}
}

func emptyOrUnknown(a *audit.Account, r *audit.Reporter, p *directory.InstanceProfile) {
	name := a.Directory.ARN(p)
	if p.Role != "" {
		r.NotAssessed("the role of "+name, getDetails)
		return
	}
	r.Found("", audit.Finding{
		Resource: name,
		Title:    fmt.Sprintf("Instance profile %s carries no role", p.Name),
		Evidence: []audit.Evidence{fact("the authorization details give it no role")},
		Remedy: audit.Remedy{
			Text: "Delete it, or put the role into it that it was made for.", Command: audit.Command("aws", "iam", "delete-instance-profile", "--instance-profile-name", p.Name),
		},
	})
}

// roleOfProfiles looks at the uses of a role that profiles carry. A group of instances with one task is one use.
func roleOfProfiles(a *audit.Account, r *audit.Reporter, role string, profiles []string) {
	uses := slices.Clone(profiles)
	for _, w := range a.Evidence.Workloads {
		if w.Role == role && w.Profile == "" {
			uses = append(uses, w.ARN)
		}
	}
	if len(uses) > 1 {
		var evidence []audit.Evidence
		for _, u := range uses {
			evidence = append(evidence, fact("%s runs with it", u))
		}
		r.Found("shared", audit.Finding{
			Resource: role,
			Title:    fmt.Sprintf("The role of an instance profile serves %d purposes", len(uses)),
			Evidence: few(evidence),
			Remedy:   audit.Remedy{Text: "Give each workload a role of its own with what it needs."},
		})
	}
	use, known := a.Evidence.RoleLastUsed[role]
	switch {
	case !known:
		r.NotAssessed("when "+role+" was last used", getRoles)
	case use.Time.IsZero() && !olderThan(a, role):
	case use.Time.IsZero() || a.Ago(use.Time) > a.Settings.RoleUnusedDays:
		said := "was not used in the time that AWS keeps track of"
		if !use.Time.IsZero() {
			said = "was last used on " + day(use.Time)
		}
		for _, p := range profiles {
			name := p[strings.LastIndexByte(p, '/')+1:]
			r.Found("unused", audit.Finding{
				Resource: p,
				Title:    fmt.Sprintf("Nothing uses instance profile %s", name),
				Evidence: []audit.Evidence{fact("its role %s %s", role, said)},
				Remedy: audit.Remedy{
					Text: "See that no instance, launch template or group names it, and delete it with its role.",
					Command: audit.Command("aws", "iam", "remove-role-from-instance-profile", "--instance-profile-name", name, "--role-name", role[strings.LastIndexByte(role, '/')+1:]) +
						"\n" + audit.Command("aws", "iam", "delete-instance-profile", "--instance-profile-name", name),
				},
			})
		}
	}
}

// olderThan reports whether a role is old enough to have been used.
func olderThan(a *audit.Account, role string) bool {
	found := a.Directory.Role(role[strings.LastIndexByte(role, '/')+1:])
	return found != nil && a.Ago(found.Created) > a.Settings.RoleUnusedDays
}
