package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// protocols maps the model's names of protocols to awsapi's.
var protocols = map[string]string{"query": "Query", "rest-json": "RESTJSON", "json": "JSON11"}

// locations maps the model's names of places to awsapi's.
var locations = map[string]string{
	"uri": "InLabel", "querystring": "InQuery", "header": "InHeader", "headers": "InHeaders", "statusCode": "InStatus",
}

// timeFormats maps the model's names of formats to awsapi's.
var timeFormats = map[string]string{"iso8601": "ISO8601", "rfc822": "RFC822", "unixTimestamp": "UnixTimestamp"}

func timeFormatKnown(name string) bool { return name == "" || timeFormats[name] != "" }

// The ways to authenticate that a model may list.
const (
	authSigV4 = "aws.auth#sigv4"
	// authSigV4A is a second kind of signature, for several regions at once; a model lists it beside the first.
	authSigV4A = "aws.auth#sigv4a"
	authBearer = "smithy.api#httpBearerAuth"
	authNone   = "smithy.api#noAuth"
)

func (g *generator) query() bool { return g.Metadata.Protocol == "query" }

// bound reports whether operations have a place of their own in HTTP, and members too.
func (g *generator) bound() bool { return g.Metadata.Protocol == "rest-json" }

// checkProtocol refuses a protocol that awsapi does not have, whole.
func (g *generator) checkProtocol() error {
	md := g.Metadata
	switch {
	case protocols[md.Protocol] == "":
		return fmt.Errorf("protocol %q is not supported", md.Protocol)
	case md.Protocol == "json" && (md.JSONVersion != "1.1" || md.TargetPrefix == ""):
		return fmt.Errorf("JSON %q with the target prefix %q is not supported", md.JSONVersion, md.TargetPrefix)
	}
	return nil
}

// auth is how an operation is called: unsigned, or with a bearer token as well as with a signature.
func (g *generator) auth(op *modelOperation) (unsigned, bearer bool, err error) {
	list := op.Auth
	if len(list) == 0 {
		list = g.Metadata.Auth
	}
	if op.AuthType == "none" {
		list = []string{authNone}
	}
	for _, a := range list {
		if a != authSigV4 && a != authSigV4A && a != authBearer && a != authNone {
			return false, false, fmt.Errorf("authentication %q is not supported", a)
		}
	}
	bearer = slices.Contains(list, authBearer)
	if bearer && !slices.Contains(list, authSigV4) {
		return false, false, errors.New("bearer tokens alone are not supported: a signature must do as well")
	}
	return slices.Contains(list, authNone), bearer, nil
}

// checkBinding refuses what the operation's protocol has no place for.
func (g *generator) checkBinding(op *modelOperation) error {
	if _, _, err := g.auth(op); err != nil {
		return err
	}
	if !g.bound() {
		if op.HTTP != (modelHTTP{Method: "POST", RequestURI: "/"}) {
			return fmt.Errorf("binding %+v is not that of the protocol %s", op.HTTP, g.Metadata.Protocol)
		}
		return nil
	}
	if !slices.Contains([]string{"GET", "POST", "PUT", "DELETE", "PATCH"}, op.HTTP.Method) {
		return fmt.Errorf("method %q is not supported", op.HTTP.Method)
	}
	if !regexp.MustCompile(`^(/[^/?#{}+]*|/\{[^/?#{}+]+\+?\})+$`).MatchString(op.HTTP.RequestURI) {
		return fmt.Errorf("requestUri %q is not supported", op.HTTP.RequestURI)
	}
	return g.checkLabels(op)
}

// checkLabels holds that the labels of the path and the members with that place are the same.
func (g *generator) checkLabels(op *modelOperation) error {
	var labels, members []string
	for _, m := range regexp.MustCompile(`\{([^/{}+]+)\+?\}`).FindAllStringSubmatch(op.HTTP.RequestURI, -1) {
		labels = append(labels, m[1])
	}
	for _, m := range g.top(op.Input).Members {
		if m.Location == "uri" {
			members = append(members, wireName(m))
		}
	}
	slices.Sort(labels)
	slices.Sort(members)
	if !slices.Equal(labels, members) {
		return fmt.Errorf("requestUri %q and the input disagree about the labels", op.HTTP.RequestURI)
	}
	return nil
}

// checkPayload refuses places of an input's or output's members that are not understood.
func (g *generator) checkPayload(top *modelShape) error {
	if top.Payload != "" && !slices.ContainsFunc(top.Members, func(m namedRef) bool { return m.Name == top.Payload }) {
		return fmt.Errorf("the payload %s is no member", top.Payload)
	}
	for _, m := range top.Members {
		if m.Location != "" && locations[m.Location] == "" || !g.bound() && (m.Location != "" || m.LocationName != "" || m.IdempotencyToken) {
			return fmt.Errorf("member %s: its place %q %q is not supported", m.Name, m.Location, m.LocationName)
		}
		if top.Payload != "" && m.Location == "" && m.Name != top.Payload {
			return fmt.Errorf("member %s has no place beside the payload", m.Name)
		}
	}
	return nil
}

func wireName(m namedRef) string {
	if m.LocationName != "" {
		return m.LocationName
	}
	return m.Name
}

// reachErrors marks what stands in errors that carry more than a message; the query protocol does not write it.
func (g *generator) reachErrors(reached map[string]bool) error {
	if g.query() {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(g.Shapes)) {
		s := g.Shapes[name]
		if !s.Exception || !detailed(s) {
			continue
		}
		for _, m := range s.Members {
			if m.Location != "" && m.Location != "header" {
				return fmt.Errorf("error %s: member %s has its place in %q", name, m.Name, m.Location)
			}
			if err := g.reach(m.Shape, reached); err != nil {
				return fmt.Errorf("error %s: %w", name, err)
			}
		}
		if err := g.claim(detailType(name), "error "+name); err != nil {
			return err
		}
	}
	return nil
}

// detailed reports whether an error carries more than its message.
func detailed(s *modelShape) bool {
	return len(s.Members) > 1 || len(s.Members) == 1 && s.Members[0].Name != "message"
}

func detailType(name string) string { return exported(name) + "Detail" }

// details are the names of the errors that carry more than a message, sorted.
func (g *generator) details() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(g.Shapes)) {
		if s := g.Shapes[name]; !g.query() && s.Exception && detailed(s) {
			names = append(names, name)
		}
	}
	return names
}

// writeBinding writes where an operation stands in HTTP.
func (g *generator) writeBinding(b *bytes.Buffer, op *modelOperation) {
	if !g.bound() {
		return
	}
	status := op.HTTP.ResponseCode
	if status == 0 {
		status = 200
	}
	fmt.Fprintf(b, "Binding: &awsapi.Binding{Method: %q, URI: awsapi.NewURI(%q), Status: %d},\n", op.HTTP.Method, op.HTTP.RequestURI, status)
}

// writePlace writes where a member stands.
func writePlace(b *bytes.Buffer, s *modelShape, m namedRef) {
	switch {
	case m.Name == s.Payload:
		fmt.Fprint(b, ", Location: awsapi.AsPayload")
	case m.Location != "":
		fmt.Fprintf(b, ", Location: awsapi.%s", locations[m.Location])
	}
	if m.LocationName != "" && m.LocationName != m.Name {
		fmt.Fprintf(b, ", WireName: %q", m.LocationName)
	}
	if m.IdempotencyToken {
		fmt.Fprint(b, ", IdempotencyToken: true")
	}
}

// imports writes an import declaration of the packages, the standard library's, that the generated text uses, and of
// awsapi where it does.
func imports(body []byte, packages ...string) string {
	var lines []string
	for _, p := range packages {
		name := p[strings.LastIndexByte(p, '/')+1:]
		if regexp.MustCompile(`\b` + name + `\.[A-Z]`).Match(body) {
			lines = append(lines, fmt.Sprintf("%q", p))
		}
	}
	if bytes.Contains(body, []byte("awsapi.")) {
		lines = append(lines, "", fmt.Sprintf("%q", "github.com/warder-iam/warder/internal/awsapi"))
	}
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return "import " + lines[0] + "\n\n"
	}
	return "import (\n" + strings.Join(lines, "\n") + "\n)\n\n"
}
