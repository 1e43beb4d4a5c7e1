package iam

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/policy"
)

const (
	serviceRolePath    = "/aws-service-role/"
	serviceRolePrefix  = "AWSServiceRoleFor"
	deletionTaskPrefix = "task" + serviceRolePath
	longestRoleName    = 64
)

func (iam *Service) registerServiceLinkedRoles(s *server.Server) {
	server.Handle(s, api.CreateServiceLinkedRole, server.Ask(func(c *server.Call, in *api.CreateServiceLinkedRoleInput) authz.Ask {
		ask := askOn(c, nil, "role", serviceRolePath+in.AWSServiceName+"/", linkedRoleName(in.AWSServiceName, in.CustomSuffix))
		ask.Context.Set("iam:AWSServiceName", in.AWSServiceName)
		return ask
	}), iam.createServiceLinkedRole)
	server.Handle(s, api.DeleteServiceLinkedRole, server.Ask(func(c *server.Call, in *api.DeleteServiceLinkedRoleInput) authz.Ask {
		return onRole(c, in.RoleName)
	}), iam.deleteServiceLinkedRole)
	server.Handle(s, api.GetServiceLinkedRoleDeletionStatus, server.Ask(onDeletionTask), iam.getServiceLinkedRoleDeletionStatus)
}

// onDeletionTask asks about the role that the task deletes, which is mostly gone by now.
func onDeletionTask(c *server.Call, in *api.GetServiceLinkedRoleDeletionStatusInput) authz.Ask {
	task, ok := readDeletionTask(in.DeletionTaskId)
	if !ok {
		return askOn(c, nil, "role", serviceRolePath, "")
	}
	path := serviceRolePath + task.service + "/"
	if r := c.Account().Role(task.role); r != nil && r.Path == path {
		return askOn(c, r, "role", path, task.role)
	}
	return askOn(c, nil, "role", path, task.role)
}

// linkedService finds a service that has service-linked roles.
func linkedService(principal string) (linked, bool) {
	i, ok := slices.BinarySearchFunc(linkedServices, principal, func(s linked, principal string) int { return strings.Compare(s.principal, principal) })
	if !ok {
		return linked{}, false
	}
	return linkedServices[i], true
}

// linkedRoleName is the name of a service's role; of a service that has none, what all such names begin with.
func linkedRoleName(principal string, suffix *string) string {
	s, _ := linkedService(principal)
	name := serviceRolePrefix + s.role
	if suffix != nil {
		name += "_" + *suffix
	}
	return name
}

// linkedTrust is the trust policy of a service-linked role, its Action and Service plain strings, as on AWS.
func linkedTrust(principal string) (string, error) {
	quoted, err := json.Marshal(principal)
	if err != nil {
		return "", err
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":` + string(quoted) + `},"Action":"sts:AssumeRole"}]}`, nil
}

// readLinkedService checks what a service-linked role is asked for.
func readLinkedService(in *api.CreateServiceLinkedRoleInput) (linked, error) {
	s, ok := linkedService(in.AWSServiceName)
	switch {
	case !ok:
		return linked{}, api.InvalidInput.New("%s is not the service principal of a service that has service-linked roles. Principals are case-sensitive.", in.AWSServiceName)
	case in.CustomSuffix != nil && !s.suffix:
		return linked{}, api.InvalidInput.New("Custom suffix is not allowed for %s", s.principal)
	case len(linkedRoleName(s.principal, in.CustomSuffix)) > longestRoleName:
		return linked{}, api.InvalidInput.New("The role name %s has more than %d characters; use a shorter suffix.", linkedRoleName(s.principal, in.CustomSuffix), longestRoleName)
	}
	return s, nil
}

// createServiceLinkedRole: as on AWS, one more such role can be made where the account has as many roles as it may. Only
// those with a suffix count, of which there would be no end.
func (iam *Service) createServiceLinkedRole(c *server.Call, in *api.CreateServiceLinkedRoleInput) (*api.CreateServiceLinkedRoleOutput, error) {
	s, err := readLinkedService(in)
	if err != nil {
		return nil, err
	}
	trust, err := linkedTrust(s.principal)
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.CreateServiceLinkedRoleOutput, error) {
		account := tx.Account()
		name := linkedRoleName(s.principal, in.CustomSuffix)
		if account.Role(name) != nil {
			return nil, api.InvalidInput.New("Service role name %s has been taken in this account, please try a different suffix.", name)
		}
		if in.CustomSuffix != nil {
			if err := tx.Quota(store.RolesPerAccount, account.Counts().Roles); err != nil {
				return nil, err
			}
		}
		doc, err := directory.NewDocument(policy.Trust, trust)
		if err != nil {
			return nil, err
		}
		r := &directory.Role{
			ID: session.NewEntityID(session.PrefixRole), Name: name, Path: serviceRolePath + s.principal + "/", Created: tx.Now(),
			Description: value(in.Description), MaxSession: defaultMaxSession, Trust: doc,
		}
		if arn := s.policyARN(); account.Managed(arn) != nil {
			r.Attached = []string{arn}
		}
		shown := showRole(account, r)
		shown.AssumeRolePolicyDocument = new(awsapi.EncodeDocument(trust))
		shown.Description, shown.MaxSessionDuration = nil, nil // as in the answer of CreateRole
		return &api.CreateServiceLinkedRoleOutput{Role: &shown}, tx.Put(r)
	})
}

// deletionTask names the deletion of a service-linked role: task/aws-service-role/SERVICE/ROLE/UUID.
type deletionTask struct{ service, role, id string }

func (t deletionTask) String() string {
	return deletionTaskPrefix + t.service + "/" + t.role + "/" + t.id
}

func readDeletionTask(text string) (deletionTask, bool) {
	rest, ok := strings.CutPrefix(text, deletionTaskPrefix)
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 3 || slices.Contains(parts, "") {
		return deletionTask{}, false
	}
	return deletionTask{service: parts[0], role: parts[1], id: parts[2]}, true
}

// deleteServiceLinkedRole deletes at once: no service holds resources here that could need the role. Sessions of the role
// end with it. The task is remembered, so that clients that wait for it see it succeed.
func (iam *Service) deleteServiceLinkedRole(c *server.Call, in *api.DeleteServiceLinkedRoleInput) (*api.DeleteServiceLinkedRoleOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteServiceLinkedRoleOutput, error) {
		r := tx.Account().Role(in.RoleName)
		if r == nil || !serviceRole(r.Path) {
			return nil, noRole(in.RoleName)
		}
		for range tx.Account().ProfilesOf(r.ID) {
			return nil, mustRemoveRoles()
		}
		forgetDeletions(tx)
		task := deletionTask{service: strings.Trim(strings.TrimPrefix(r.Path, serviceRolePath), "/"), role: r.Name, id: uuid.NewString()}
		tx.Delete(r)
		done := &directory.RoleDeletion{ID: task.id, Service: task.service, RoleName: r.Name, Finished: tx.Now()}
		return &api.DeleteServiceLinkedRoleOutput{DeletionTaskId: task.String()}, tx.Put(done)
	})
}

const (
	// rememberDeletions is how long the outcome of a deletion can be asked for.
	rememberDeletions = 7 * 24 * time.Hour
	// mostForgotten bounds the records that one deletion clears away.
	mostForgotten = 20
)

// forgetDeletions clears away outcomes that nobody waits for any more.
func forgetDeletions(tx *store.Tx) {
	n := 0
	for d := range tx.Account().RoleDeletions() {
		if tx.Now().Sub(d.Finished) > rememberDeletions && n < mostForgotten {
			tx.Delete(d)
			n++
		}
	}
}

func (iam *Service) getServiceLinkedRoleDeletionStatus(c *server.Call, in *api.GetServiceLinkedRoleDeletionStatusInput) (*api.GetServiceLinkedRoleDeletionStatusOutput, error) {
	task, ok := readDeletionTask(in.DeletionTaskId)
	if !ok {
		return nil, api.InvalidInput.New("The deletion task id %s is not valid.", in.DeletionTaskId)
	}
	d := c.Account().RoleDeletion(task.id)
	if d == nil || d.Service != task.service || d.RoleName != task.role {
		return nil, api.NoSuchEntity.New("The deletion task %s cannot be found.", in.DeletionTaskId)
	}
	return &api.GetServiceLinkedRoleDeletionStatusOutput{Status: "SUCCEEDED"}, nil
}
