package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (g *generator) writeDoc(b *bytes.Buffer) {
	fmt.Fprintf(b, "// Package %s holds the operations, shapes and errors of %s, API version %s. It exists so that handlers are typed by\n"+
		"// %s; it holds only data, and may not hold behaviour.\npackage %s\n",
		g.name, g.Metadata.ServiceFullName, g.Metadata.APIVersion, g.whose(), g.name)
}

func (g *generator) whose() string {
	if g.local {
		return "Warder's own model"
	}
	return "AWS's own model"
}

func (g *generator) writeErrors(b *bytes.Buffer) {
	fmt.Fprintf(b, "package %s\n\nimport \"github.com/warder-iam/warder/internal/awsapi\"\n\n// Errors that the model lists, by wire code.\nvar (\n", g.name)
	for _, code := range slices.Sorted(maps.Keys(g.errors)) {
		e := g.errors[code]
		receiver := ""
		if !e.SenderFault && e.HTTPStatusCode >= 500 {
			receiver = ", Receiver: true"
		}
		if name := g.errorShapes[code]; slices.Contains(g.details(), name) {
			receiver += ", Shape: &shapes[" + shapeConst(detailType(name)) + "]"
		}
		fmt.Fprintf(b, "%s = &awsapi.ErrorKind{Code: %q, Status: %d%s}\n", errorVar(code), code, e.HTTPStatusCode, receiver)
	}
	fmt.Fprint(b, ")\n")
}

func (g *generator) writeOperations(b *bytes.Buffer) {
	md := g.Metadata
	signing := md.SigningName
	if signing == "" {
		signing = md.EndpointPrefix
	}
	fmt.Fprintf(b, "package %s\n\nimport \"github.com/warder-iam/warder/internal/awsapi\"\n\n", g.name)
	fmt.Fprintf(b, "// Service is %s with its operations.\nvar Service = newService()\n\n", md.ServiceFullName)
	fmt.Fprint(b, "// The operations, with the types of their inputs and outputs.\nvar (\n")
	for _, op := range g.ops {
		fmt.Fprintf(b, "%s = awsapi.Op[*%s, *%s]{Operation: Service.Operations[%s]}\n", op, inputType(op), outputType(op), opConst(op))
	}
	fmt.Fprint(b, ")\n\n// Places in Service.Operations.\nconst (\n")
	for i, op := range g.ops {
		b.WriteString(opConst(op))
		if i == 0 {
			b.WriteString(" = iota")
		}
		b.WriteByte('\n')
	}
	fmt.Fprint(b, "opCount\n)\n\n")
	fmt.Fprint(b, "// newService links operations and service, which refer to each other.\nfunc newService() *awsapi.Service {\n")
	fmt.Fprintf(b, "s := &awsapi.Service{\nName: %q,\nID: %q,\nFullName: %q,\nAPIVersion: %q,\nProtocol: awsapi.%s,\nNamespace: %q,\nEventSource: %q,\n",
		signing, md.ServiceID, md.ServiceFullName, md.APIVersion, protocols[md.Protocol], md.XMLNamespace, md.EndpointPrefix+".amazonaws.com")
	if md.Protocol == "json" {
		fmt.Fprintf(b, "Target: %q,\n", md.TargetPrefix)
	}
	if g.echoes {
		fmt.Fprint(b, "EchoesValues: true,\n")
	}
	fmt.Fprint(b, "Operations: make([]*awsapi.Operation, opCount),\n}\n")
	for _, op := range g.ops {
		g.writeOperation(b, op)
	}
	fmt.Fprint(b, "return s\n}\n")
}

func (g *generator) writeOperation(b *bytes.Buffer, op string) {
	o := g.Operations[op]
	fmt.Fprintf(b, "s.Operations[%s] = &awsapi.Operation{\nService: s,\nName: %q,\nInput: &shapes[%s],\nOutput: &shapes[%s],\n",
		opConst(op), op, shapeConst(inputType(op)), shapeConst(outputType(op)))
	if o.Output != nil && o.Output.ResultWrapper != "" {
		fmt.Fprintf(b, "ResultWrapper: %q,\n", o.Output.ResultWrapper)
	}
	if len(o.Errors) > 0 {
		vars := make([]string, len(o.Errors))
		for i, e := range o.Errors {
			vars[i] = errorVar(g.Shapes[e.Shape].Error.Code)
		}
		fmt.Fprintf(b, "Errors: []*awsapi.ErrorKind{%s},\n", strings.Join(vars, ", "))
	}
	if len(g.invalid[op]) > 0 {
		fmt.Fprint(b, "Invalid: map[string]*awsapi.ErrorKind{")
		for _, member := range slices.Sorted(maps.Keys(g.invalid[op])) {
			fmt.Fprintf(b, "%q: %s, ", lowerFirst(member), errorVar(g.invalid[op][member]))
		}
		fmt.Fprint(b, "},\n")
	}
	unsigned, bearer, _ := g.auth(o) // prepare has refused those with an error
	for _, flag := range []struct {
		name string
		set  bool
	}{{"Unsigned", unsigned}, {"Bearer", bearer}, {"ReadOnly", o.ReadOnly}} {
		if flag.set {
			fmt.Fprintf(b, "%s: true,\n", flag.name)
		}
	}
	g.writeBinding(b, o)
	fmt.Fprint(b, "}\n")
}

func (g *generator) writeShapes(b *bytes.Buffer) {
	body := new(bytes.Buffer)
	fmt.Fprint(body, "// Places in shapes.\nconst (\n")
	for i, c := range g.shapeConsts() {
		body.WriteString(c)
		if i == 0 {
			body.WriteString(" = iota")
		}
		body.WriteByte('\n')
	}
	fmt.Fprint(body, "shapeCount\n)\n\nvar shapes = newShapes()\n\n")
	fmt.Fprint(body, "// newShapes fills one table whose entries point at each other, so that a shape may contain itself.\n")
	fmt.Fprint(body, "func newShapes() *[shapeCount]awsapi.Shape {\ns := new([shapeCount]awsapi.Shape)\n")
	for _, op := range g.ops {
		o := g.Operations[op]
		g.writeStructShape(body, inputType(op), g.top(o.Input))
		g.writeStructShape(body, outputType(op), g.top(o.Output))
	}
	for _, name := range g.details() {
		g.writeStructShape(body, detailType(name), g.Shapes[name])
	}
	for _, name := range g.shapes {
		if s := g.Shapes[name]; s.Type == "structure" && !s.Document {
			g.writeStructShape(body, exported(name), s)
		} else {
			g.writeShape(body, name, s)
		}
	}
	fmt.Fprint(body, "return s\n}\n")
	fmt.Fprintf(b, "package %s\n\n%s", g.name, imports(body.Bytes(), "encoding/json", "reflect", "time"))
	b.Write(body.Bytes())
}

func (g *generator) shapeConsts() []string {
	var all []string
	for _, op := range g.ops {
		all = append(all, shapeConst(inputType(op)), shapeConst(outputType(op)))
	}
	for _, name := range g.details() {
		all = append(all, shapeConst(detailType(name)))
	}
	for _, name := range g.shapes {
		all = append(all, shapeConst(name))
	}
	return all
}

func (g *generator) writeStructShape(b *bytes.Buffer, name string, s *modelShape) {
	fmt.Fprintf(b, "s[%s] = awsapi.Shape{Name: %q, Kind: awsapi.Structure, GoType: reflect.TypeOf((*%s)(nil)).Elem()", shapeConst(name), name, name)
	if s.Sensitive {
		fmt.Fprint(b, ", Sensitive: true")
	}
	if s.Union {
		fmt.Fprint(b, ", Union: true")
	}
	if len(s.Members) > 0 {
		fmt.Fprint(b, ", Members: []awsapi.Member{\n")
		for _, m := range s.Members {
			fmt.Fprintf(b, "{Name: %q, Shape: &s[%s]", m.Name, shapeConst(m.Shape))
			if slices.Contains(s.Required, m.Name) {
				fmt.Fprint(b, ", Required: true")
			}
			writePlace(b, s, m)
			fmt.Fprint(b, "},\n")
		}
		fmt.Fprint(b, "}")
	}
	fmt.Fprint(b, "}\n")
}

func (g *generator) writeShape(b *bytes.Buffer, name string, s *modelShape) {
	fmt.Fprintf(b, "s[%s] = awsapi.Shape{Name: %q, Kind: awsapi.%s", shapeConst(name), name, kindOf(s))
	if s.Min != nil {
		fmt.Fprintf(b, ", Min: new(int64(%d))", *s.Min)
	}
	if s.Max != nil {
		fmt.Fprintf(b, ", Max: new(int64(%d))", *s.Max)
	}
	if s.Pattern != "" {
		fmt.Fprintf(b, ", Pattern: awsapi.NewPattern(%q)", s.Pattern)
	}
	if len(s.Enum) > 0 {
		fmt.Fprintf(b, ", Enum: %#v", s.Enum)
	}
	if s.Sensitive {
		fmt.Fprint(b, ", Sensitive: true")
	}
	if s.TimestampFormat != "" {
		fmt.Fprintf(b, ", Time: awsapi.%s", timeFormats[s.TimestampFormat])
	}
	writeRef(b, "Member", s.Member)
	writeRef(b, "Key", s.Key)
	writeRef(b, "Value", s.Value)
	fmt.Fprintf(b, ", GoType: reflect.TypeOf((*%s)(nil)).Elem()}\n", g.goType(name))
}

func writeRef(b *bytes.Buffer, field string, r *modelRef) {
	if r != nil {
		fmt.Fprintf(b, ", %s: &s[%s]", field, shapeConst(r.Shape))
	}
}
