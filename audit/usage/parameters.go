package usage

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/directory"
)

// Limits of what is read of one record's request.
const (
	maxDepth  = 6
	maxValues = 200
)

// parameters are the texts in a request, by the lower-case names of the members that hold them, however deep.
type parameters struct {
	there bool // the record has the request
	texts map[string][]string
	arns  []string // all texts that are ARNs
	roles []string // those of members that name a role
	// objects of S3 that are named by URI, "BUCKET/KEY".
	objects []string
	tags    []directory.Tag
	count   int
}

// readParameters reads a request. One that is no JSON object has nothing in it.
func readParameters(raw []byte) *parameters {
	p := &parameters{}
	if len(raw) == 0 {
		return p
	}
	var object map[string]any
	if json.Unmarshal(raw, &object) != nil {
		return p
	}
	p.there, p.texts = true, make(map[string][]string, len(object))
	p.object(object, "", 0)
	return p
}

func (p *parameters) object(object map[string]any, within string, depth int) {
	key, value := tagOf(object)
	if key != "" && strings.Contains(within, "tag") {
		p.tags = append(p.tags, directory.Tag{Key: key, Value: value})
		return
	}
	for name, v := range object {
		name = strings.ToLower(name)
		if text, ok := v.(string); ok && (within == "tags" || within == "tagset") {
			p.tags = append(p.tags, directory.Tag{Key: name, Value: text})
		}
		if name == "items" || name == "member" {
			name = within
		}
		p.value(v, name, depth)
	}
}

// tagOf reads {"key": …, "value": …}.
func tagOf(object map[string]any) (key, value string) {
	for name, v := range object {
		text, _ := v.(string)
		switch strings.ToLower(name) {
		case "key", "tagkey":
			key = text
		case "value", "tagvalue":
			value = text
		default:
			return "", ""
		}
	}
	return key, value
}

func (p *parameters) value(v any, name string, depth int) {
	if depth > maxDepth || p.count > maxValues {
		return
	}
	switch v := v.(type) {
	case string:
		p.text(name, v)
	case float64:
		p.text(name, strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		for _, one := range v {
			p.value(one, name, depth+1)
		}
	case map[string]any:
		p.object(v, name, depth+1)
	}
}

func (p *parameters) text(name, text string) {
	p.count++
	p.texts[name] = append(p.texts[name], text)
	if object, ok := strings.CutPrefix(text, "s3://"); ok {
		p.objects = append(p.objects, object)
	}
	if !strings.HasPrefix(text, "arn:") {
		return
	}
	p.arns = append(p.arns, text)
	if strings.Contains(name, "role") && strings.Contains(text, ":role/") {
		p.roles = append(p.roles, text)
	}
}

// first is the first text of a member.
func (p *parameters) first(name string) string {
	if list := p.texts[name]; len(list) > 0 {
		return list[0]
	}
	return ""
}
