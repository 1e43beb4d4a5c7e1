package awsapi

import "reflect"

// Protocol is the way a service's requests and responses are written.
type Protocol uint8

// The protocols that Warder speaks.
const (
	Query Protocol = iota + 1 // form in, XML out
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
	// Namespace of the response XML.
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
	// Unsigned operations are called without a signature (AssumeRoleWithWebIdentity).
	Unsigned bool
}

// Op is an operation with the Go types of its input and output; generated packages have one value for each.
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
	// GoType is the Go type that generated code gives the shape. A structure's has one field for each member, in the same
	// order, so that field i is member i. A required member's field is a value; an optional one's is a pointer, unless it
	// is a slice or a map, which have a nil of their own.
	GoType reflect.Type
}

// Member is a member of a structure.
type Member struct {
	Name     string // as on the wire: "UserName"
	Shape    *Shape
	Required bool
}
