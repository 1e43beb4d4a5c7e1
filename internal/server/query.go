package server

import (
	"mime"
	"net/http"
	"strings"

	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/sigv4"
)

// query is the query protocol: an Action in a form, XML in the answer.
type query struct {
	// first is the service in whose form errors are written that concern none.
	first *awsapi.Service
	// operations by signing name, API version and name; those of calls that carry no signature have no signing name.
	operations map[operationName]*awsapi.Operation
}

// operationName is how a query request names its operation.
type operationName struct{ service, version, name string }

func newQuery() *query {
	return &query{first: &awsapi.Service{}, operations: map[operationName]*awsapi.Operation{}}
}

func (q *query) add(svc *awsapi.Service) {
	if len(q.operations) == 0 {
		q.first = svc
	}
	for _, op := range svc.Operations {
		q.operations[operationName{svc.Name, svc.APIVersion, op.Name}] = op
		q.operations[operationName{"", svc.APIVersion, op.Name}] = op
	}
}

func (q *query) find(r *request, claim *sigv4.Claim) (*awsapi.Operation, error) {
	if r.path != "/" {
		return nil, awsapi.UnknownOperation.New("There is nothing at this path. IAM and STS answer at /.")
	}
	if err := r.parseForm(); err != nil {
		return nil, err
	}
	action, ok := r.form.Get("Action")
	if !ok {
		return nil, awsapi.MissingAction.New("The request names no Action.")
	}
	version, ok := r.form.Get("Version")
	if !ok {
		version = "NO_VERSION_SPECIFIED"
	}
	name := operationName{"", version, action}
	if claim != nil {
		name.service = claim.Service
	}
	op := q.operations[name]
	if op == nil {
		return nil, awsapi.InvalidAction.New("Could not find operation %.128s for version %.32s", action, version)
	}
	return op, nil
}

// parseForm reads the parameters of query string and body. A body in another form than a form's is refused: what it
// would mean as one is not what its sender meant.
func (r *request) parseForm() (err error) {
	if r.wire.Method != http.MethodPost && r.wire.Method != http.MethodGet {
		return awsapi.MalformedInput.New("The method %.20q is not one of GET and POST.", r.wire.Method)
	}
	if len(r.wire.Body) > 0 {
		value := r.wire.Header["Content-Type"]
		if len(value) != 1 {
			return awsapi.MalformedInput.New("The request has a body and not one Content-Type.")
		}
		media, params, err := mime.ParseMediaType(value[0])
		if err != nil || media != "application/x-www-form-urlencoded" || !strings.EqualFold(params["charset"], "utf-8") && params["charset"] != "" {
			return awsapi.MalformedInput.New("The Content-Type of this request must be application/x-www-form-urlencoded, in UTF-8.")
		}
	}
	r.form, err = awsapi.ParseForm(r.query, string(r.wire.Body))
	return err
}

func (q *query) decode(op *awsapi.Operation, r *request, in any) (awsapi.Missing, error) {
	return awsapi.DecodeQuery(op, r.form, in)
}

func (q *query) encode(op *awsapi.Operation, requestID string, out any) (*awsapi.Response, error) {
	body, err := awsapi.EncodeQuery(op, requestID, out)
	return xmlResponse(http.StatusOK, body), err
}

func (q *query) public(_ *awsapi.Operation, e *awsapi.Error) *awsapi.Error { return e }

func (q *query) encodeError(op *awsapi.Operation, requestID string, e *awsapi.Error) (*awsapi.Response, error) {
	svc := q.first
	if op != nil {
		svc = op.Service
	}
	return xmlResponse(e.Kind.Status, awsapi.EncodeQueryError(svc, requestID, e)), nil
}

func xmlResponse(status int, body []byte) *awsapi.Response {
	return &awsapi.Response{Status: status, Header: map[string]string{"Content-Type": "text/xml"}, Body: body}
}
