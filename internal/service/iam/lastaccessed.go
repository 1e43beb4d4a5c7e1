package iam

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy/eval"
)

func (iam *Service) registerReports(s *server.Server) {
	iam.registerCredentialReport(s)
	server.Handle(s, api.GenerateServiceLastAccessedDetails, server.Ask(func(c *server.Call, in *api.GenerateServiceLastAccessedDetailsInput) authz.Ask {
		if _, err := policyOwner(in.Arn); err == nil {
			return onPolicy(c, in.Arn)
		}
		return onSource(c, in.Arn)
	}), iam.generateLastAccessed)
	server.Handle(s, api.GetServiceLastAccessedDetails, server.Ask(func(c *server.Call, _ *api.GetServiceLastAccessedDetailsInput) authz.Ask {
		return askAny(c)
	}), iam.getLastAccessed)
	server.Handle(s, api.GetServiceLastAccessedDetailsWithEntities, server.Ask(func(c *server.Call, _ *api.GetServiceLastAccessedDetailsWithEntitiesInput) authz.Ask {
		return askAny(c)
	}), iam.getLastAccessedWithEntities)
	server.Handle(s, api.ListPoliciesGrantingServiceAccess, server.Ask(func(c *server.Call, in *api.ListPoliciesGrantingServiceAccessInput) authz.Ask {
		return onSource(c, in.Arn)
	}), iam.listPoliciesGranting)
}

const (
	// trackingPeriod is how far back reports of last access go. Source: IAM User Guide, "Refine permissions using last
	// accessed information".
	trackingPeriod = 400 * 24 * time.Hour
	// jobLife is how long a report of last access can be read.
	jobLife = 24 * time.Hour
)

// granularity is a value of Granularity and JobType.
type granularity string

const (
	serviceLevel granularity = "SERVICE_LEVEL"
	actionLevel  granularity = "ACTION_LEVEL"
)

// The values of JobStatus. A job that fails leaves nothing, so that FAILED is never said.
const (
	jobInProgress = "IN_PROGRESS"
	jobCompleted  = "COMPLETED"
)

// accessReport is what a job found out; it is stored as JSON.
type accessReport struct {
	Granularity granularity       `json:"granularity"`
	Entities    []accessEntity    `json:"entities"` // users and roles that the policies are for
	Services    []accessedService `json:"services"` // that the policies grant, by prefix
}

type accessEntity struct {
	ARN  string `json:"arn"`
	Name string `json:"name"`
	Kind string `json:"kind"` // "user" or "role"
	ID   string `json:"id"`
	Path string `json:"path"`
}

type accessedService struct {
	Prefix   string           `json:"prefix"`
	Name     string           `json:"name"`
	Attempts []entityAttempt  `json:"attempts,omitempty"` // the last of each entity that made any, newest first
	Actions  []accessedAction `json:"actions,omitempty"`
}

// entityAttempt is the last attempt of the entity with that place in the report.
type entityAttempt struct {
	Entity int `json:"entity"`
	store.Attempt
}

// accessedAction is an action that the policies grant; Last is nil where nobody tried it.
type accessedAction struct {
	Name string         `json:"name"`
	Last *entityAttempt `json:"last,omitempty"`
}

// accessSource is what a report of last access is about: permissions policies, and who acts under them.
type accessSource struct {
	policies []*eval.Policy
	entities []accessEntity
}

// accessSourceOf finds the user, group, role or managed policy with that ARN.
func accessSourceOf(c *server.Call, text string) (*accessSource, error) {
	if _, err := policyOwner(text); err == nil {
		return policySource(c, text)
	}
	s, err := findSource(c, text)
	if err != nil {
		return nil, err
	}
	from := &accessSource{policies: each(c.Account().IdentityPolicies(s.entity), func(p eval.Source) *eval.Policy { return p.Policy })}
	from.add(c.Account(), s.entity, map[string]bool{})
	return from, nil
}

func policySource(c *server.Call, policyARN string) (*accessSource, error) {
	if _, err := findManaged(c.Directory(), c.Account(), policyARN, noPolicy); err != nil {
		return nil, err
	}
	p := c.Account().Managed(policyARN)
	if p == nil {
		return nil, noPolicy(policyARN)
	}
	from := &accessSource{policies: []*eval.Policy{p.Document.Compiled()}}
	seen := map[string]bool{}
	for e := range c.Account().AttachedTo(policyARN) {
		from.add(c.Account(), e, seen)
	}
	return from, nil
}

// add adds a user or role, or the members of a group, each once.
func (s *accessSource) add(a *directory.Account, e directory.Entity, seen map[string]bool) {
	if g, ok := e.(*directory.Group); ok {
		for u := range a.Members(g.ID) {
			s.add(a, u, seen)
		}
		return
	}
	entity := accessEntity{ARN: a.ARN(e)}
	switch e := e.(type) {
	case *directory.User:
		entity.Kind, entity.Name, entity.ID, entity.Path = "user", e.Name, e.ID, e.Path
	case *directory.Role:
		entity.Kind, entity.Name, entity.ID, entity.Path = "role", e.Name, e.ID, e.Path
	}
	if !seen[entity.ID] {
		seen[entity.ID] = true
		s.entities = append(s.entities, entity)
	}
}

func (iam *Service) generateLastAccessed(c *server.Call, in *api.GenerateServiceLastAccessedDetailsInput) (*api.GenerateServiceLastAccessedDetailsOutput, error) {
	source, err := accessSourceOf(c, in.Arn)
	if err != nil {
		return nil, err
	}
	level := serviceLevel
	if in.Granularity != nil {
		level = granularity(*in.Granularity)
	}
	catalogue, account, since := c.Directory().Library().Catalog(), c.Caller.Account, c.Time().Add(-trackingPeriod).Unix()
	id, err := iam.makeReport(c, store.AccessReport, func() ([]byte, error) {
		report := accessReport{Granularity: level, Entities: source.entities}
		tried := iam.attempts(account, source.entities, since)
		for _, g := range authz.Grants(catalogue, source.policies...) {
			report.Services = append(report.Services, tried.service(g, level))
		}
		return json.Marshal(report)
	})
	if err != nil {
		return nil, err
	}
	return &api.GenerateServiceLastAccessedDetailsOutput{JobId: &id}, nil
}

// tried are attempts by service prefix and action name, each list by entity.
type tried map[string]map[string][]entityAttempt

func (iam *Service) attempts(account string, entities []accessEntity, since int64) tried {
	t := tried{}
	for i, e := range entities {
		for action, access := range iam.store.AccessBy(account, e.ID) {
			last := access.Last()
			if last.At < since {
				continue
			}
			service, name, _ := strings.Cut(action, ":")
			if t[service] == nil {
				t[service] = map[string][]entityAttempt{}
			}
			t[service][name] = append(t[service][name], entityAttempt{i, last})
		}
	}
	return t
}

// service is what was tried of a service that is granted. For its own date every action counts, also one that is denied.
func (t tried) service(g authz.Grant, level granularity) accessedService {
	s := accessedService{Prefix: g.Service.Prefix, Name: g.Service.Name}
	latest := map[int]store.Attempt{}
	for _, attempts := range t[g.Service.Prefix] {
		for _, a := range attempts {
			if a.At > latest[a.Entity].At {
				latest[a.Entity] = a.Attempt
			}
		}
	}
	for entity, a := range latest {
		s.Attempts = append(s.Attempts, entityAttempt{entity, a})
	}
	slices.SortFunc(s.Attempts, newestFirst)
	if level != actionLevel {
		return s
	}
	for _, a := range g.Actions {
		action := accessedAction{Name: a.Name}
		if attempts := t[g.Service.Prefix][a.Name]; len(attempts) > 0 {
			action.Last = new(slices.MinFunc(attempts, newestFirst))
		}
		s.Actions = append(s.Actions, action)
	}
	return s
}

func newestFirst(a, b entityAttempt) int {
	return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(a.Entity, b.Entity))
}

// job is a report of last access that was asked for. report is nil as long as it is being made.
type job struct {
	store.Report
	status string
	report *accessReport
}

// job finds a job of the caller's own: on AWS too only the user or role that generated a report reads it. Source: IAM API
// Reference, GenerateServiceLastAccessedDetails.
func (iam *Service) job(c *server.Call, id string) (*job, error) {
	r, text, ok, err := iam.store.ReadReport(c.Context(), c.Caller.Account, store.AccessReport, id)
	if err != nil {
		return nil, err
	}
	if !ok || r.Owner != reportOwner(c) || c.Time().Sub(r.Created) > jobLife || r.Completed.IsZero() && !underWay(r, c.Time()) {
		return nil, noJob(id)
	}
	if r.Completed.IsZero() {
		r.Completed = r.Created // the model wants a date
		return &job{r, jobInProgress, nil}, nil
	}
	j := &job{r, jobCompleted, new(accessReport)}
	return j, json.Unmarshal(text, j.report)
}

func noJob(id string) *awsapi.Error {
	return api.NoSuchEntity.New("The job with id %s cannot be found. It may have expired: generate the report again.", id)
}

func (iam *Service) getLastAccessed(c *server.Call, in *api.GetServiceLastAccessedDetailsInput) (*api.GetServiceLastAccessedDetailsOutput, error) {
	j, err := iam.job(c, in.JobId)
	if err != nil {
		return nil, err
	}
	out := &api.GetServiceLastAccessedDetailsOutput{
		JobStatus: j.status, JobCreationDate: j.Created, JobCompletionDate: j.Completed, ServicesLastAccessed: []api.ServiceLastAccessed{},
	}
	if j.report == nil {
		return out, nil
	}
	prefix := func(s accessedService) string { return s.Prefix }
	p, err := list(c, in.Marker, in.MaxItems, sortedAfter(j.report.Services, prefix), prefix, nil)
	if err != nil {
		return nil, err
	}
	out.JobType, out.IsTruncated, out.Marker = new(string(j.report.Granularity)), new(p.truncated), p.marker
	out.ServicesLastAccessed = each(p.items, j.report.showService)
	return out, nil
}

func (r *accessReport) showService(s accessedService) api.ServiceLastAccessed {
	shown := api.ServiceLastAccessed{
		ServiceName: s.Name, ServiceNamespace: s.Prefix, TotalAuthenticatedEntities: new(int32(len(s.Attempts))),
	}
	if len(s.Attempts) > 0 {
		last := s.Attempts[0]
		shown.LastAuthenticated, shown.LastAuthenticatedRegion = new(last.Time()), notEmpty(last.Region)
		shown.LastAuthenticatedEntity = new(r.Entities[last.Entity].ARN)
	}
	for _, a := range s.Actions {
		action := api.TrackedActionLastAccessed{ActionName: new(a.Name)}
		if a.Last != nil {
			action.LastAccessedEntity, action.LastAccessedRegion = new(r.Entities[a.Last.Entity].ARN), notEmpty(a.Last.Region)
			action.LastAccessedTime = new(a.Last.Time())
		}
		shown.TrackedActionsLastAccessed = append(shown.TrackedActionsLastAccessed, action)
	}
	return shown
}

func (iam *Service) getLastAccessedWithEntities(c *server.Call, in *api.GetServiceLastAccessedDetailsWithEntitiesInput) (*api.GetServiceLastAccessedDetailsWithEntitiesOutput, error) {
	j, err := iam.job(c, in.JobId)
	if err != nil {
		return nil, err
	}
	out := &api.GetServiceLastAccessedDetailsWithEntitiesOutput{
		JobStatus: j.status, JobCreationDate: j.Created, JobCompletionDate: j.Completed, EntityDetailsList: []api.EntityDetails{},
	}
	if j.report == nil {
		return out, nil
	}
	users, err := j.report.usersOf(in.ServiceNamespace)
	if err != nil {
		return nil, err
	}
	p, err := list(c, in.Marker, in.MaxItems, sortedAfter(users, serviceUser.position), serviceUser.position, nil)
	if err != nil {
		return nil, err
	}
	out.IsTruncated, out.Marker = new(p.truncated), p.marker
	out.EntityDetailsList = each(p.items, serviceUser.show)
	return out, nil
}

// serviceUser is who could use a service; last is nil where it did not.
type serviceUser struct {
	accessEntity
	last *store.Attempt
	// place among those that used the service, newest first, and then the others by name.
	place int
}

// position is a place in a report that stays as it is; the leading zeros keep the order of the numbers as texts.
func (u serviceUser) position() string { return fmt.Sprintf("%010d", u.place) }

// usersOf are all entities of the report, those that used the service first, the newest of them before the others.
func (r *accessReport) usersOf(service string) ([]serviceUser, error) {
	i := slices.IndexFunc(r.Services, func(s accessedService) bool { return strings.EqualFold(s.Prefix, service) })
	if i < 0 {
		return nil, api.NoSuchEntity.New("The report has no service with the namespace %s.", service)
	}
	users := make([]serviceUser, 0, len(r.Entities))
	used := map[int]bool{}
	for _, a := range r.Services[i].Attempts {
		used[a.Entity] = true
		users = append(users, serviceUser{r.Entities[a.Entity], &a.Attempt, len(users)})
	}
	for i, e := range r.Entities {
		if !used[i] {
			users = append(users, serviceUser{e, nil, len(users)})
		}
	}
	return users, nil
}

func (u serviceUser) show() api.EntityDetails {
	shown := api.EntityDetails{EntityInfo: api.EntityInfo{
		Arn: u.ARN, Name: u.Name, Type: strings.ToUpper(u.Kind), Id: u.ID, Path: &u.Path,
	}}
	if u.last != nil {
		shown.LastAuthenticated = new(u.last.Time())
	}
	return shown
}
