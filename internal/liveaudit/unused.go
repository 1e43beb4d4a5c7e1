package liveaudit

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/audit/usage"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
)

// ListUnusedAccess tells, of one user or role or of a page of all, what its identity policies grant and it did not use. What
// shows the use are the last accesses that Warder keeps. Services and the names of actions are told of one alone.
func (l *Live) ListUnusedAccess(c *server.Call, in *api.ListUnusedAccessInput) (*api.ListUnusedAccessOutput, error) {
	now := l.Now().UTC()
	b := &bundler{facts: l.facts, store: l.Store, state: c.Directory(), account: c.Account(), now: now}
	out := &api.ListUnusedAccessOutput{
		StateRevision: strconv.FormatUint(b.state.Revision(), 10), TrackedSince: new(l.facts.TrackedSince(now).Truncate(time.Second)), Principals: []api.UnusedAccess{},
	}
	all, size := b.principals(), pageSize(in.MaxResults)
	switch {
	case in.Principal != nil:
		all = slices.DeleteFunc(all, func(p principal) bool { return p.arn != *in.Principal })
		if len(all) == 0 {
			return nil, api.ResourceNotFoundException.New("There is no user or role %s in the account.", *in.Principal)
		}
	case in.NextToken != nil:
		last, err := base64.RawURLEncoding.Strict().DecodeString(*in.NextToken)
		if err != nil || !strings.HasPrefix(string(last), "arn:") {
			return nil, invalid("nextToken is not one that this operation gave")
		}
		all = slices.DeleteFunc(all, func(p principal) bool { return p.arn <= string(last) })
	}
	accessed, none, missing := newAccessed(b), usage.ReadActivity(nil, b.state), b.incomplete()
	for _, p := range all[:min(size, len(all))] {
		if err := c.Context().Err(); err != nil {
			return nil, err
		}
		rights, ok := usage.RightsOf(b.state, p.arn, none, accessed.of(p.entity, p.id))
		if !ok {
			continue
		}
		shown := showRights(&rights, in.Principal != nil)
		shown.Denied, shown.Incomplete = b.denied(p.id), optional(missing[p.arn])
		out.Principals = append(out.Principals, shown)
	}
	if len(all) > size {
		out.NextToken = new(base64.RawURLEncoding.EncodeToString([]byte(all[size-1].arn)))
	}
	return out, nil
}

// principal is a user or role of the account.
type principal struct {
	arn, id string
	entity  directory.Entity
}

// principals are all, by ARN.
func (b *bundler) principals() []principal {
	var all []principal
	for u := range b.account.Users() {
		all = append(all, principal{b.account.ARN(u), u.ID, u})
	}
	for r := range b.account.Roles() {
		all = append(all, principal{b.account.ARN(r), r.ID, r})
	}
	slices.SortFunc(all, func(p, q principal) int { return strings.Compare(p.arn, q.arn) })
	return all
}

// denied are the actions that were tried and refused, by name: they show a wish, and no use.
func (b *bundler) denied(id string) []api.DeniedAttempt {
	list, since := []api.DeniedAttempt{}, b.facts.TrackedSince(b.now).Unix()
	for action, access := range b.store.AccessBy(b.account.ID(), id) {
		if access.Denied.At >= since {
			list = append(list, api.DeniedAttempt{Action: action, Last: access.Denied.Time()})
		}
	}
	slices.SortFunc(list, func(a, b api.DeniedAttempt) int { return strings.Compare(a.Action, b.Action) })
	return list
}

// statusNames are those of the model.
var statusNames = map[usage.Status]string{usage.Used: "USED", usage.Unused: "UNUSED", usage.NoEvidence: "NO_EVIDENCE"}

func showRights(r *usage.Rights, whole bool) api.UnusedAccess {
	shown := api.UnusedAccess{Principal: r.Principal, Services: []api.ServiceRight{}}
	for i := range r.Services {
		s := showService(&r.Services[i])
		shown.Granted += s.Granted
		shown.Used += s.UsedCount
		shown.Unused += s.UnusedCount
		shown.NoEvidence += s.NoEvidenceCount
		if s.LastUsed != nil && (shown.LastUsed == nil || s.LastUsed.After(*shown.LastUsed)) {
			shown.LastUsed = s.LastUsed
		}
		if whole {
			shown.Services = append(shown.Services, s)
		}
	}
	return shown
}

func showService(s *usage.ServiceRight) api.ServiceRight {
	shown := api.ServiceRight{
		Service: s.Service, Status: statusNames[s.Status], UsedCount: int32(len(s.Used)), UnusedCount: int32(len(s.Unused)),
		Used: []api.UsedAction{}, Unused: s.Unused, NoEvidence: []api.UnprovenActions{},
	}
	for _, u := range s.Used {
		shown.Used = append(shown.Used, api.UsedAction{Action: u.Action, Last: u.Last, By: u.By})
	}
	for _, u := range s.NoEvidence {
		shown.NoEvidenceCount += int32(len(u.Actions))
		shown.NoEvidence = append(shown.NoEvidence, api.UnprovenActions{Why: u.Why, Actions: u.Actions})
	}
	shown.Granted = shown.UsedCount + shown.UnusedCount + shown.NoEvidenceCount
	if !s.Last.IsZero() {
		shown.LastUsed = new(s.Last)
	}
	return shown
}
