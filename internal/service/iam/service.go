package iam

import (
	"log/slog"

	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/signin"
	"github.com/warder-iam/warder/internal/store"
)

// Service serves IAM.
type Service struct {
	store *store.Store
	keys  *session.Keys
	log   *slog.Logger
	// making holds one for each report that is being made.
	making chan struct{}

	signIn *signin.Checker
	// issuer is what the URLs of token issuers begin with.
	issuer string
}

// Register makes s answer the operations of IAM that Warder serves. issuer is where this server answers, without a slash at
// the end: the URLs of the accounts' token issuers begin with it.
func Register(s *server.Server, st *store.Store, keys *session.Keys, issuer string) {
	iam := &Service{store: st, keys: keys, signIn: s.SignIn, issuer: issuer, log: s.Log, making: make(chan struct{}, reportsAtOnce)}
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
	iam.registerSSHPublicKeys(s)
	iam.registerServerCertificates(s)
	iam.registerSigningCertificates(s)
	iam.registerServiceCredentials(s)
	iam.registerServiceLinkedRoles(s)
	iam.registerReports(s)
	iam.registerOrganizations(s)
	iam.registerSignIn(s)
	iam.registerOIDCProviders(s)
	iam.registerOutboundFederation(s)
	iam.registerSAMLProviders(s)
	iam.registerDelegationRequests(s)
}
