package app

import (
	_ "embed" // operationtests.json
	"encoding/json"
	"strings"

	accessanalyzerapi "github.com/warder-iam/warder/internal/api/accessanalyzer"
	accountapi "github.com/warder-iam/warder/internal/api/account"
	cloudtrailapi "github.com/warder-iam/warder/internal/api/cloudtrail"
	iamapi "github.com/warder-iam/warder/internal/api/iam"
	stsapi "github.com/warder-iam/warder/internal/api/sts"
	warderapi "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/changes"
	"github.com/warder-iam/warder/internal/liveaudit"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/service/accessanalyzer"
	"github.com/warder-iam/warder/internal/service/account"
	"github.com/warder-iam/warder/internal/service/cloudtrail"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/service/sts"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/internal/turns"
)

// awsServices are the services of AWS that Warder has.
func awsServices() []*awsapi.Service {
	return []*awsapi.Service{iamapi.Service, stsapi.Service, accessanalyzerapi.Service, accountapi.Service, cloudtrailapi.Service}
}

// ClientServices are the services that Warder serves to AWS clients, as these name them in a services section: by the id of
// their model, "accessanalyzer".
func ClientServices() []string {
	var names []string
	for _, s := range awsServices() {
		names = append(names, strings.ReplaceAll(strings.ToLower(s.ID), " ", "_"))
	}
	return names
}

// parts are what the services need beside the pipeline.
type parts struct {
	store   *store.Store
	keys    *session.Keys
	tokens  sts.Options
	saml    sts.SAML
	plan    warder.GuardrailPlan
	maps    warder.AccessMap
	alarms  *alarms
	audits  *liveaudit.Live
	turns   *turns.Turns
	changes *changes.Changes
	trails  cloudtrail.Options
	console warder.Console
}

// newServer makes the request pipeline with every service that Warder has.
func newServer(o server.Options, p parts) *server.Server {
	s := server.New(o, append(awsServices(), warderapi.Service)...)
	register(s, p.store, p.keys, p.tokens, p.saml, p.alarms)
	cloudtrail.Register(s, p.trails)
	warder.RegisterGuardrails(s, p.plan)
	warder.RegisterMap(s, p.maps)
	warder.RegisterPreview(s, p.turns)
	warder.RegisterAudit(s, p.audits)
	warder.RegisterChanges(s, p.changes)
	warder.RegisterConsole(s, p.console)
	return s
}

// register makes s answer the operations of every service.
func register(s *server.Server, st *store.Store, keys *session.Keys, tokens sts.Options, saml sts.SAML, al *alarms) {
	accessanalyzer.Register(s)
	account.Register(s)
	iam.Register(s, st, keys, tokens.Issuer)
	sts.Register(s, keys, tokens)
	sts.RegisterSAML(s, keys, saml)
	sts.RegisterPrivileged(s)
	warder.Register(s, keys)
	warder.RegisterAlarms(s, al)
}

// operationTests are the wire tests of operations by action, as internal/operationindex found them.
//
//go:embed operationtests.json
var operationTests []byte

// Operations lists what is served and what is not. It needs no data and no running server.
func Operations() []server.OperationState {
	list := newServer(server.Options{}, parts{}).Operations()
	var tests map[string][]string
	if err := json.Unmarshal(operationTests, &tests); err != nil {
		panic("app: operationtests.json is damaged; run make generate")
	}
	for i := range list {
		list[i].Tests = tests[list[i].Service+":"+list[i].Name]
	}
	return list
}
