package server

import (
	"slices"

	"github.com/warder-iam/warder/internal/authn"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/sigv4"
)

// restJSON is the REST-JSON protocol: the operation is named by method and path.
type restJSON struct {
	// operations by signing name, the more specific path first; those of all services under "".
	operations map[string][]*awsapi.Operation
}

func newRESTJSON() *restJSON { return &restJSON{operations: map[string][]*awsapi.Operation{}} }

func (p *restJSON) add(svc *awsapi.Service) {
	for _, name := range []string{svc.Name, ""} {
		p.operations[name] = append(p.operations[name], svc.Operations...)
		slices.SortStableFunc(p.operations[name], func(a, b *awsapi.Operation) int { return a.Binding.URI.Compare(b.Binding.URI) })
	}
}

func (p *restJSON) find(r *request, claim *sigv4.Claim) (*awsapi.Operation, error) {
	if claim == nil {
		return p.findUnsigned(r)
	}
	for _, op := range p.operations[claim.Service] {
		if r.at(op.Binding) {
			return op, nil
		}
	}
	return nil, nowhere(r)
}

// findUnsigned finds the operation of a request without a signature: one that takes such requests, or else the one whose
// path it has. Several services have paths in common: a request for one of those names none.
func (p *restJSON) findUnsigned(r *request) (*awsapi.Operation, error) {
	var found []*awsapi.Operation
	for _, op := range p.operations[""] {
		switch {
		case !r.at(op.Binding):
		case op.Unsigned, op.Bearer && r.bearer != "":
			return op, nil
		default:
			found = append(found, op)
		}
	}
	switch len(found) {
	case 0:
		return nil, nowhere(r)
	case 1:
		return found[0], nil
	}
	return nil, authn.Public(sigv4.ErrMissing)
}

func nowhere(r *request) error {
	return awsapi.UnknownOperation.New("There is no operation at %s %.128q.", r.wire.Method, r.path)
}

// at reports whether the request is for that place.
func (r *request) at(b *awsapi.Binding) bool { return r.wire.Method == b.Method && b.URI.Match(r.path) }

func (p *restJSON) decode(op *awsapi.Operation, r *request, in any) (awsapi.Missing, error) {
	return awsapi.DecodeRESTJSON(op, &awsapi.Request{
		Method: r.wire.Method, Path: r.path, Query: r.query, Header: r.wire.Header, Body: r.wire.Body,
	}, in)
}

func (p *restJSON) encode(op *awsapi.Operation, _ string, out any) (*awsapi.Response, error) {
	return awsapi.EncodeRESTJSON(op, out)
}

func (p *restJSON) public(op *awsapi.Operation, e *awsapi.Error) *awsapi.Error {
	return awsapi.RESTJSONError(op, e)
}

func (p *restJSON) encodeError(_ *awsapi.Operation, _ string, e *awsapi.Error) (*awsapi.Response, error) {
	return awsapi.EncodeRESTJSONError(e)
}
