package server

import (
	"net/http"
	"strings"

	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/sigv4"
)

// json11 is JSON 1.1: a POST to / whose header X-Amz-Target names the operation.
type json11 struct {
	// operations by signing name and target; those of all services under "".
	operations map[targetName]*awsapi.Operation
}

type targetName struct{ service, target string }

func newJSON11() *json11 { return &json11{operations: map[targetName]*awsapi.Operation{}} }

// add knows an operation under the target that the model gives, and under its last part, as clients of other makes write it.
func (p *json11) add(svc *awsapi.Service) {
	for _, op := range svc.Operations {
		for _, prefix := range []string{svc.Target, svc.Target[strings.LastIndexByte(svc.Target, '.')+1:]} {
			p.operations[targetName{svc.Name, prefix + "." + op.Name}] = op
			p.operations[targetName{"", prefix + "." + op.Name}] = op
		}
	}
}

func (p *json11) find(r *request, claim *sigv4.Claim) (*awsapi.Operation, error) {
	target := r.wire.Header[awsapi.TargetHeader]
	switch {
	case r.path != "/" || r.query != "":
		return nil, awsapi.UnknownOperation.New("There is nothing at this path. This service answers at /, without parameters.")
	case r.wire.Method != http.MethodPost:
		return nil, awsapi.UnknownOperation.New("The method %.20q is not POST.", r.wire.Method)
	case len(target) != 1:
		return nil, awsapi.UnknownOperation.New("The request has not one header %s, which names the operation.", awsapi.TargetHeader)
	}
	name := targetName{"", target[0]}
	if claim != nil {
		name.service = claim.Service
	}
	op := p.operations[name]
	if op == nil {
		return nil, awsapi.UnknownOperation.New("There is no operation %.128q.", target[0])
	}
	return op, nil
}

func (p *json11) decode(op *awsapi.Operation, r *request, in any) (awsapi.Missing, error) {
	return awsapi.DecodeJSON11(op, &awsapi.Request{
		Method: r.wire.Method, Path: r.path, Query: r.query, Header: r.wire.Header, Body: r.wire.Body,
	}, in)
}

func (p *json11) encode(op *awsapi.Operation, _ string, out any) (*awsapi.Response, error) {
	return awsapi.EncodeJSON11(op, out)
}

func (p *json11) public(op *awsapi.Operation, e *awsapi.Error) *awsapi.Error {
	return awsapi.JSON11Error(op, e)
}

func (p *json11) encodeError(_ *awsapi.Operation, _ string, e *awsapi.Error) (*awsapi.Response, error) {
	return awsapi.EncodeJSON11Error(e)
}
