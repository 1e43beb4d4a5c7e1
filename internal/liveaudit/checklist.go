package liveaudit

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	api "github.com/warder-iam/warder/internal/api/warder"
)

// item is one line of the checklist of the first day.
type item struct {
	id, title, why string
	// checks whose findings keep it open; of one that has several kinds of finding, aspects name the kinds that do.
	checks  []string
	aspects []string
	// guessed: done where the checks find nothing, although they could not look at everything.
	guessed bool
	// where it is done: for people, as a page of the console and, until it is done, as a command. The first finding's command comes
	// before it.
	text, path, command string
}

// itemState is what was looked up of an item without a check.
type itemState struct {
	text          string
	open, unknown bool
}

// The items without a check.
const (
	itemTrail  = "trail-delivered"
	itemAlarms = "alarms-reachable"
)

// items are the checklist, in the order in which it is best done. Source: AWS IAM User Guide, "Security best practices in
// IAM"; CIS Amazon Web Services Foundations Benchmark, section on identity.
func items() []item {
	return []item{
		{
			id: "root-mfa", title: "The root user has MFA", why: "The root user may do everything and nothing limits it: its password alone must not be enough.",
			checks: []string{"root-mfa"}, text: "Sign in as the root user and add a passkey: on this device, on a phone, or on a security key.", path: "/security-credentials",
		},
		{
			id: "root-no-keys", title: "The root user has no access keys", why: "A key of the root user gives everything to whoever finds it, without a second factor.",
			checks: []string{"root-access-key"}, text: "Delete the root user's access keys.", path: "/security-credentials",
		},
		{
			id: "administrator", title: "An administrator who is not root", why: "Daily work as the root user leaves nobody to tell apart and nothing to take away.",
			checks: []string{"admin-not-root"}, text: "Make a user, and put it in a group that may administer.", path: "/users",
			command: "aws iam create-group --group-name Administrators",
		},
		{
			id: "administrators-mfa", title: "Administrators need MFA for everything", why: "Who gets hold of an administrator's key or password has the account.",
			checks: []string{"privileged-without-mfa"}, text: "Register a second factor for each administrator, deny what is made without it, and delete long-term keys.", path: "/users",
		},
		{
			id: "people-mfa", title: "MFA for people", why: "Passwords are guessed, shared and given away; a second factor is not.",
			checks: []string{"user-mfa"}, text: "Have everybody who signs in register a passkey or an authenticator.", path: "/users",
		},
		{
			id: "password-policy", title: "A password policy", why: "Without one a password of eight characters is good for ever.",
			// Kinds of characters and an expiry are findings too, and lesser ones: length and novelty make passwords strong.
			checks: []string{"password-policy"}, aspects: []string{"missing", "length", "reuse"}, text: "Ask for long passwords, and for none again that was used before.", path: "/account-settings",
		},
		{
			id: "groups-for-people", title: "Groups for people", why: "Rights that hang on a person are forgotten there; those of a group are seen, and go with the membership.",
			checks: []string{"user-direct-policy"}, text: "Attach policies to groups, and make people members.", path: "/groups",
		},
		{
			id: "roles-for-workloads", title: "Roles for workloads", why: "A workload's key lies in a file for years; a role's credentials end by themselves within hours.",
			checks: []string{"access-key-for-service"}, guessed: true, text: "Give each workload a role of its own, and deactivate its user's key.", path: "/roles",
		},
		{
			id: "no-public-roles", title: "No role that anybody may assume", why: "A trust without a limit makes strangers of the whole world members of the account.",
			checks: []string{"role-trust-public"}, text: "Name in each trust policy who may assume the role.", path: "/roles",
		},
		{
			id: "security-contact", title: "A security contact", why: "Alarms go there: without one nobody outside of the console learns of them.",
			checks: []string{"contacts-complete"}, aspects: []string{"security"}, text: "Name an address that more than one person reads.", path: "/account-settings",
		},
		{
			id: itemTrail, title: "A trail is delivered elsewhere", why: "Whoever takes over this server can remove the record that lies beside it, and not the one that is somewhere else.",
			text: "Give the server the setting trail-storage, make a trail and start it.", path: "/trails",
			command: "aws cloudtrail create-trail --name all-events --s3-bucket-name BUCKET --is-multi-region-trail --include-global-service-events " +
				"--enable-log-file-validation\naws cloudtrail start-logging --name all-events",
		},
		{
			id: itemAlarms, title: "Alarms reach somebody", why: "An alarm that nobody hears is found by whoever looks afterwards.",
			text: "Set alarm-mail, alarm-webhook or alarm-syslog where the server is started, and send a test.", path: "/alarm-rules",
			command: "warder alarm test",
		},
		{
			id: "unused-credentials", title: "No unused credentials", why: "What nobody uses nobody misses when it is stolen.",
			checks: []string{"credential-unused"}, text: "Deactivate keys and take away passwords that were not used for 45 days.", path: "/users",
		},
	}
}

// checklist is that of a report; own has the state of the items without a check.
func checklist(r *audit.Report, own map[string]itemState) []api.ChecklistItem {
	list := []api.ChecklistItem{}
	for _, i := range items() {
		shown := api.ChecklistItem{
			ItemId: i.id, Title: i.title, Why: i.why, CheckIds: append([]string{}, i.checks...),
			Where: api.ChecklistPlace{Text: i.text, Path: &i.path},
		}
		state, found, command := own[i.id], 0, i.command
		if len(i.checks) > 0 {
			var first *audit.Finding
			if state, found, first = i.state(r); first != nil {
				command = cmp.Or(first.Remedy.Command, command)
			}
		}
		shown.Findings, shown.State = int32(found), state.text
		switch {
		case state.open:
			shown.Status, shown.Where.Command = "OPEN", optional(command)
		case state.unknown:
			shown.Status = "NOT_ASSESSED"
		default:
			shown.Status, shown.Done = "DONE", true
		}
		list = append(list, shown)
	}
	return list
}

// state is what the checks of an item found.
func (i *item) state(r *audit.Report) (s itemState, found int, first *audit.Finding) {
	for j := range r.Findings {
		if f := &r.Findings[j]; i.about(f) {
			if found++; first == nil {
				first = f
			}
		}
	}
	switch {
	case found == 1:
		return itemState{text: first.Title, open: true}, found, first
	case found > 1:
		return itemState{text: fmt.Sprintf("%s, and %d more", first.Title, found-1), open: true}, found, first
	}
	for _, check := range i.checks {
		if _, missing := outcome(r, check); len(missing) > 0 && !i.guessed {
			return itemState{text: "Not assessed: " + missing[0].Missing, unknown: true}, 0, nil
		}
	}
	if len(i.aspects) > 0 {
		return itemState{text: "Nothing of it found by " + joined(i.checks)}, 0, nil
	}
	return itemState{text: "Nothing found by " + joined(i.checks)}, 0, nil
}

// about reports whether a finding keeps the item open.
func (i *item) about(f *audit.Finding) bool {
	if !slices.Contains(i.checks, f.Check) {
		return false
	}
	root := arn.In(f.Account).Root().String()
	return len(i.aspects) == 0 || slices.ContainsFunc(i.aspects, func(aspect string) bool {
		return f.ID == audit.FindingID(f.Check, f.Account, root, aspect)
	})
}
