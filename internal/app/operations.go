package app

import (
	accessanalyzerapi "github.com/warder-iam/warder/internal/api/accessanalyzer"
	iamapi "github.com/warder-iam/warder/internal/api/iam"
	stsapi "github.com/warder-iam/warder/internal/api/sts"
	warderapi "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/service/accessanalyzer"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/service/sts"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// newServer makes the request pipeline with every service that Warder has.
func newServer(o server.Options, st *store.Store, keys *session.Keys, saml sts.SAML) *server.Server {
	s := server.New(o, iamapi.Service, stsapi.Service, accessanalyzerapi.Service, warderapi.Service)
	accessanalyzer.Register(s)
	iam.Register(s, st, keys)
	sts.Register(s, keys)
	sts.RegisterSAML(s, keys, saml)
	sts.RegisterPrivileged(s)
	warder.Register(s, keys)
	return s
}

// Operations lists what is served and what is not. It needs no data and no running server.
func Operations() []server.OperationState {
	return newServer(server.Options{}, nil, nil, sts.SAML{}).Operations()
}
