package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

func (g *generator) writeTypes(b *bytes.Buffer) {
	body := new(bytes.Buffer)
	for _, op := range g.ops {
		o := g.Operations[op]
		fmt.Fprintf(body, "// %s is the input of %s.\n", inputType(op), op)
		g.writeStruct(body, inputType(op), g.top(o.Input))
		fmt.Fprintf(body, "// %s is the output of %s.\n", outputType(op), op)
		g.writeStruct(body, outputType(op), g.top(o.Output))
	}
	for _, name := range g.details() {
		fmt.Fprintf(body, "// %s is what the error %s carries.\n", detailType(name), name)
		g.writeStruct(body, detailType(name), g.Shapes[name])
	}
	for _, name := range g.shapes {
		if s := g.Shapes[name]; s.Type == "structure" && !s.Document {
			fmt.Fprintf(body, "// %s is the model's structure %s.\n", exported(name), name)
			g.writeStruct(body, exported(name), s)
		}
	}
	fmt.Fprintf(b, "package %s\n\n%s", g.name, imports(body.Bytes(), "encoding/json", "time"))
	b.Write(body.Bytes())
}

// top returns the structure that an operation refers to, an empty one if it has none.
func (g *generator) top(ref *modelRef) *modelShape {
	if ref == nil {
		return &modelShape{Type: "structure"}
	}
	return g.Shapes[ref.Shape]
}

func (g *generator) writeStruct(b *bytes.Buffer, name string, s *modelShape) {
	if len(s.Members) == 0 {
		fmt.Fprintf(b, "type %s struct{}\n\n", name)
		return
	}
	fmt.Fprintf(b, "type %s struct {\n", name)
	for _, m := range s.Members {
		required := slices.Contains(s.Required, m.Name)
		if doc := g.constraints(m.Shape, required); doc != "" {
			fmt.Fprintf(b, "// %s\n", doc)
		}
		fmt.Fprintf(b, "%s %s\n", exported(m.Name), g.fieldType(m.Shape, required))
	}
	fmt.Fprint(b, "}\n\n")
}

// fieldType is the Go type of a structure's member: a pointer when it may be absent and its type has no nil of its own.
func (g *generator) fieldType(shape string, required bool) string {
	t := g.goType(shape)
	if required || strings.HasPrefix(t, "[]") || strings.HasPrefix(t, "map[") || t == documentType {
		return t
	}
	return "*" + t
}

// documentType is the Go type of a document.
const documentType = "json.RawMessage"

// goType is the Go type of a shape's value.
func (g *generator) goType(shape string) string {
	s := g.Shapes[shape]
	if s.Document {
		return documentType
	}
	switch s.Type {
	case "boolean":
		return "bool"
	case "integer":
		return "int32"
	case "long":
		return "int64"
	case "float":
		return "float32"
	case "double":
		return "float64"
	case "timestamp":
		return "time.Time"
	case "blob":
		return "[]byte"
	case "list":
		return "[]" + g.goType(s.Member.Shape)
	case "map":
		return "map[string]" + g.goType(s.Value.Shape)
	case "structure":
		return exported(shape)
	default:
		return "string"
	}
}

// constraints puts a member's constraints into a sentence or two.
func (g *generator) constraints(shape string, required bool) string {
	s := g.Shapes[shape]
	var parts []string
	if required {
		parts = append(parts, "Required.")
	}
	if s.Sensitive {
		parts = append(parts, "Sensitive.")
	}
	if r := bounds(s); r != "" {
		parts = append(parts, r+".")
	}
	if s.Pattern != "" {
		parts = append(parts, "Pattern "+s.Pattern)
	}
	if len(s.Enum) > 0 {
		parts = append(parts, "One of "+strings.Join(s.Enum, ", ")+".")
	}
	if s.Type == "list" {
		if of := g.constraints(s.Member.Shape, false); of != "" {
			parts = append(parts, "Each: "+of)
		}
	}
	return strings.Join(parts, " ")
}

func bounds(s *modelShape) string {
	what := "Length"
	switch s.Type {
	case "integer", "long", "float", "double":
		what = "Value"
	}
	switch {
	case s.Min != nil && s.Max != nil && *s.Min == *s.Max:
		return fmt.Sprintf("%s %d", what, *s.Min)
	case s.Min != nil && s.Max != nil:
		return fmt.Sprintf("%s %d to %d", what, *s.Min, *s.Max)
	case s.Min != nil:
		return fmt.Sprintf("%s %d or more", what, *s.Min)
	case s.Max != nil:
		return fmt.Sprintf("%s %d or less", what, *s.Max)
	}
	return ""
}
