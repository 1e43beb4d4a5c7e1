package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// model is a service-2.json file. A field that this program does not know stops it, at every level below metadata, since
// an unknown trait (a flattened list, another element name) would otherwise be generated wrongly without a word.
type model struct {
	Metadata struct {
		APIVersion      string `json:"apiVersion"`
		Auth            []string
		EndpointPrefix  string `json:"endpointPrefix"`
		JSONVersion     string `json:"jsonVersion"`
		Protocol        string `json:"protocol"`
		ServiceFullName string `json:"serviceFullName"`
		ServiceID       string `json:"serviceId"`
		SigningName     string `json:"signingName"`
		TargetPrefix    string `json:"targetPrefix"`
		XMLNamespace    string `json:"xmlNamespace"`
	}
	Operations map[string]*modelOperation
	Shapes     map[string]*modelShape
}

type modelOperation struct {
	Name     string
	HTTP     modelHTTP `json:"http"`
	Input    *modelRef
	Output   *modelRef
	Errors   []modelRef
	AuthType string   `json:"authtype"`
	Auth     []string // newer form of AuthType
	ReadOnly bool     `json:"readonly"`
	// Idempotent says that a repetition changes nothing more, which is for clients to know.
	Idempotent bool
	ignored
}

type modelHTTP struct {
	Method       string `json:"method"`
	RequestURI   string `json:"requestUri"`
	ResponseCode int    `json:"responseCode"`
}

type modelRef struct {
	Shape            string
	ResultWrapper    string `json:"resultWrapper"`
	Location         string
	LocationName     string `json:"locationName"`
	IdempotencyToken bool   `json:"idempotencyToken"`
	ignored
}

type modelShape struct {
	Type      string
	Required  []string
	Members   orderedRefs
	Member    *modelRef
	Key       *modelRef
	Value     *modelRef
	Min, Max  *int64
	Pattern   string
	Enum      []string
	Sensitive bool
	Box       bool
	Exception bool
	Error     *modelError
	Payload   string
	Union     bool
	Document  bool
	// TimestampFormat is how a timestamp is written wherever it stands.
	TimestampFormat string `json:"timestampFormat"`
	// Fault and Retryable of an error follow from its status, for clients.
	Fault     bool
	Retryable json.RawMessage
	ignored
}

type modelError struct {
	Code           string
	HTTPStatusCode int  `json:"httpStatusCode"`
	SenderFault    bool `json:"senderFault"`
}

// ignored holds what a model says and code does not need.
type ignored struct {
	Documentation     json.RawMessage
	Deprecated        bool
	DeprecatedMessage string `json:"deprecatedMessage"`
}

// orderedRefs keeps the order of a JSON object's members, which is the order on the wire.
type orderedRefs []namedRef

type namedRef struct {
	Name string
	modelRef
}

func (o *orderedRefs) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("members is not an object")
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		r := namedRef{Name: name.(string)} // a decoder gives only strings where a name stands
		if err := d.Decode(&r.modelRef); err != nil {
			return fmt.Errorf("member %s: %w", r.Name, err)
		}
		*o = append(*o, r)
	}
	return nil
}

// parseModel reads a service-2.json.
func parseModel(text []byte) (*model, error) {
	var parts struct {
		Metadata           json.RawMessage
		Operations, Shapes map[string]json.RawMessage
	}
	if err := json.Unmarshal(text, &parts); err != nil {
		return nil, err
	}
	m := &model{Operations: map[string]*modelOperation{}, Shapes: map[string]*modelShape{}}
	if err := json.Unmarshal(parts.Metadata, &m.Metadata); err != nil {
		return nil, err
	}
	for name, raw := range parts.Operations {
		m.Operations[name] = new(modelOperation)
		if err := strict(raw, m.Operations[name]); err != nil {
			return nil, fmt.Errorf("operation %s: %w", name, err)
		}
	}
	for name, raw := range parts.Shapes {
		m.Shapes[name] = new(modelShape)
		if err := strict(raw, m.Shapes[name]); err != nil {
			return nil, fmt.Errorf("shape %s: %w", name, err)
		}
	}
	return m, nil
}

func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
