package iam

import (
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// Service serves IAM.
type Service struct {
	store *store.Store
	keys  *session.Keys
}

// Register makes s answer the operations of IAM that Warder serves.
func Register(s *server.Server, st *store.Store, keys *session.Keys) {
	iam := &Service{store: st, keys: keys}
	iam.registerUsers(s)
	iam.registerGroups(s)
	iam.registerAccessKeys(s)
	iam.registerAccount(s)
	iam.registerRoles(s)
	iam.registerPolicies(s)
	iam.registerInlinePolicies(s)
	iam.registerAttachments(s)
	iam.registerInstanceProfiles(s)
	iam.registerBoundaries(s)
	iam.registerTags(s)
	iam.registerSimulations(s)
	iam.registerSAMLProviders(s)
	iam.registerDelegationRequests(s)
}
