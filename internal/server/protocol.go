package server

import (
	"net/http"
	"strings"

	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/sigv4"
)

// protocol is one way of writing requests and answers: all that the pipeline leaves to it. It has the operations of the
// services that speak it.
type protocol interface {
	// add makes the operations of a service known.
	add(svc *awsapi.Service)
	// find gives the operation that the request names: one of the service that the claim is for or, without a claim, one
	// of all.
	find(r *request, claim *sigv4.Claim) (*awsapi.Operation, error)
	// decode fills in, a pointer to the operation's input type.
	decode(op *awsapi.Operation, r *request, in any) (awsapi.Missing, error)
	// encode writes a successful answer.
	encode(op *awsapi.Operation, requestID string, out any) (*awsapi.Response, error)
	// public is e as the clients of this protocol know it. op is nil where none was found.
	public(op *awsapi.Operation, e *awsapi.Error) *awsapi.Error
	// encodeError writes an error that public gave.
	encodeError(op *awsapi.Operation, requestID string, e *awsapi.Error) (*awsapi.Response, error)
}

// protocols are all that a server speaks.
type protocols struct {
	all map[awsapi.Protocol]protocol
	// of is each service's, by signing name.
	of map[string]protocol
}

func newProtocols(services []*awsapi.Service) protocols {
	p := protocols{
		all: map[awsapi.Protocol]protocol{awsapi.Query: newQuery(), awsapi.RESTJSON: newRESTJSON(), awsapi.JSON11: newJSON11()},
		of:  map[string]protocol{},
	}
	for _, svc := range services {
		p.all[svc.Protocol].add(svc)
		p.of[svc.Name] = p.all[svc.Protocol]
	}
	return p
}

// choose gives the protocol of the service that the claim names. Where it names none that is served, or there is no
// claim, the request tells: JSON 1.1 has a header that no other protocol has, and the query protocol no path but /.
func (p protocols) choose(claim *sigv4.Claim, target string, header http.Header) protocol {
	if claim != nil {
		if own := p.of[claim.Service]; own != nil {
			return own
		}
	}
	path, _, _ := strings.Cut(target, "?")
	switch {
	case path != "/":
		return p.all[awsapi.RESTJSON]
	case header[awsapi.TargetHeader] != nil:
		return p.all[awsapi.JSON11]
	}
	return p.all[awsapi.Query]
}

// reads reports whether the protocol knows the header that names an operation of JSON 1.1. To all others a request with it
// means two things at once.
func (p protocols) reads(own protocol) bool { return own == p.all[awsapi.JSON11] }
