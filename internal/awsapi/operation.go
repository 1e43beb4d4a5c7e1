package awsapi

import "reflect"

// Protocol is the way a service's requests and responses are written.
type Protocol uint8

// The protocols that Warder speaks.
const (
	Query    Protocol = iota + 1 // form in, XML out
	RESTJSON                     // method, path, query, headers and JSON in; JSON out
	JSON11                       // a target and JSON in, JSON out
)

// Service is one AWS service as its model describes it.
type Service struct {
	// Name is the signing name, which is also the prefix of its actions: "iam".
	Name string
	// ID is the model's serviceId, "IAM"; FullName "AWS Identity and Access Management".
	ID, FullName string
	// APIVersion is the Version parameter of query requests, "2010-05-08".
	APIVersion string
	Protocol   Protocol
	// Target is what stands before an operation's name in the header X-Amz-Target; "" in other protocols than JSON 1.1.
	Target string
	// Namespace of the response XML; "" in other protocols.
	Namespace string
	// EchoesValues is set where validation errors print the refused value, as STS does and IAM does not.
	EchoesValues bool
	// EventSource in trail records, "iam.amazonaws.com".
	EventSource string
	// Operations in alphabetical order.
	Operations []*Operation
}

// Operation is one operation of a service's model.
type Operation struct {
	Service *Service
	Name    string
	// Input and Output are never nil; an operation without one has an empty structure.
	Input, Output *Shape
	// ResultWrapper is the XML element around the output, "" where the model has none.
	ResultWrapper string
	// Errors that the model lists for it.
	Errors []*ErrorKind
	// Invalid are the errors of its own, by member of the input as messages spell it, of a value that breaks a constraint;
	// that of all other members is ValidationError.
	Invalid map[string]*ErrorKind
	// Unsigned operations are called without a signature (AssumeRoleWithWebIdentity).
	Unsigned bool
	// Bearer operations take a bearer token in place of a signature.
	Bearer bool
	// ReadOnly is set where the model says that the operation changes nothing; the query protocol's models never say it.
	ReadOnly bool
	// Binding to HTTP; nil in the query protocol and in JSON 1.1, where every operation is a POST to /.
	Binding *Binding
}

// Binding is where an operation stands in HTTP.
type Binding struct {
	Method string
	URI    *URI
	// Status of a successful answer.
	Status int
}

// Op is an operation with the Go types of its input and output, which are pointers to structures; generated packages have
// one value for each. That the parameters are the pointers keeps builds short: the compiler makes one instance of a
// generic function for all pointers, but one for each structure.
type Op[In, Out any] struct{ *Operation }

// ShapeKind is the kind of a shape.
type ShapeKind uint8

// The kinds of shape.
const (
	String ShapeKind = iota + 1
	Boolean
	Integer
	Long
	Float
	Double
	Timestamp
	Blob
	List
	Map
	Structure
	Document // any JSON value, kept as its text
)

// Shape is a type of the model with its constraints.
type Shape struct {
	Name     string
	Kind     ShapeKind
	Min, Max *int64 // length or value
	// Pattern of strings, nil if there is none.
	Pattern *Pattern
	Enum    []string
	// Sensitive values never show in logs, errors or events.
	Sensitive bool
	// Member of a list; Key and Value of a map.
	Member, Key, Value *Shape
	// Members of a structure in the model's order.
	Members []Member
	// Union structures have exactly one of their members.
	Union bool
	// Time is how a timestamp is written, 0 where its place decides.
	Time TimeFormat
	// GoType is the Go type that generated code gives the shape. A structure's has one field for each member, in the same
	// order, so that field i is member i. A required member's field is a value; an optional one's is a pointer, unless it
	// is a slice or a map, which have a nil of their own.
	GoType reflect.Type
}

// Member is a member of a structure.
type Member struct {
	Name     string // as in the model: "UserName"
	Shape    *Shape
	Required bool
	// Location is where REST-JSON carries the member; JSON 1.1 has all in the body.
	Location Location
	// WireName is its name there where that is not Name: of a JSON member, parameter, label, header or prefix of headers.
	WireName string
	// IdempotencyToken members are made up by clients, so that the retry of a request can be told from a second one.
	IdempotencyToken bool
}

func (m *Member) wireName() string {
	if m.WireName != "" {
		return m.WireName
	}
	return m.Name
}

// Location is a place in an HTTP request or response.
type Location uint8

// The places of a member.
const (
	InBody    Location = iota // a member of the body's JSON object
	InLabel                   // a part of the path
	InQuery                   // one parameter or, for a list, several; a map takes all that have no member of their own
	InHeader                  // one header; a list is joined by commas
	InHeaders                 // every header with a prefix, in a map
	InStatus                  // the status of the response
	AsPayload                 // the whole body
)
