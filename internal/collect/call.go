package collect

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Set is a set of names that an answer gives and that other operations are called for.
type Set string

// Call is an operation to call.
type Call struct {
	Service   string // as the AWS CLI of Python's SDK names it: "iam", "accessanalyzer"
	Operation string // "ListUsers"
	// Each is the set for whose every item it is called; "" for once.
	Each   Set
	Params []Param
	Gives  []Gift
	// Regional calls are made in every region.
	Regional bool
	// While is the member of the answer, and the values of it, with which the answer is not there yet.
	While Pending
	// Then is called once this one is answered, for the same item. The answer of this one goes into no file: it only says
	// that another can be had.
	Then *Call
}

// Param is a parameter. In its values "$" stands for the item, "$/1" for its part between the first two slashes, and
// "@JobId" for the member JobId of the answer of the call that this one is the Then of.
type Param struct {
	Name   string
	Value  string
	Values []string // of a list, in place of Value
	// About parameters are not sent. They say in the file what the answer is about.
	About bool
}

// Gift is a set that an answer adds to: at "Users[].UserName", "families[]".
type Gift struct {
	Set  Set
	Path string
}

// Pending is a member, and its values while the answer is being made.
type Pending struct {
	Member string
	Values []string
}

// Name is what permissions and files call the operation: "iam:ListUsers".
func (c *Call) Name() string { return c.Service + ":" + c.Operation }

// file is the name of the file that answers go to. Calls for more than a thousand items have several: no file may grow too
// large to be read.
func (c *Call) file(region string, n int) string {
	name := c.command() + ".json"
	if n >= perFile {
		name = c.command() + "-" + strconv.Itoa(n/perFile) + ".json"
	}
	return path.Join(c.Service, region, name)
}

// perFile is the number of answers in a file. The largest are those about services last accessed, about 100 KB each.
const perFile = 1000

// command is the operation as the AWS CLI writes it: "list-mfa-devices".
func (c *Call) command() string { return kebab(c.Operation) }

// kebab writes a name with hyphens before its words. Letters in a row are one word, and the last of them begins the next
// where small letters follow.
func kebab(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		begins := i > 0 && unicode.IsUpper(r) && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if begins {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// fill puts the item, or a member of the answer before, into a value.
func fill(value, item string, before map[string]json.RawMessage) string {
	switch {
	case value == "$":
		return item
	case value == "$/1":
		if parts := strings.Split(item, "/"); len(parts) > 1 {
			return parts[1]
		}
		return ""
	case strings.HasPrefix(value, "@"):
		return text(before[value[1:]])
	}
	return value
}

// filled are the parameters for an item.
func (c *Call) filled(item string, before map[string]json.RawMessage) []Param {
	all := slices.Clone(c.Params)
	for i := range all {
		all[i].Value = fill(all[i].Value, item, before)
		all[i].Values = slices.Clone(all[i].Values)
		for n := range all[i].Values {
			all[i].Values[n] = fill(all[i].Values[n], item, before)
		}
	}
	return all
}

// text is a JSON string's text; "" of anything else.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// giftPath takes a path apart: the member, whether it is a list, and the member of each of the list's items.
var giftPath = regexp.MustCompile(`^([A-Za-z]+)(\[\](?:\.([A-Za-z]+))?)?$`)

// items are what an answer gives to a set.
func (g *Gift) items(answer map[string]json.RawMessage) []string {
	found := giftPath.FindStringSubmatch(g.Path)
	var list []json.RawMessage
	if json.Unmarshal(answer[found[1]], &list) != nil {
		return nil
	}
	var all []string
	for _, raw := range list {
		if found[3] != "" {
			var object map[string]json.RawMessage
			if json.Unmarshal(raw, &object) != nil {
				continue
			}
			raw = object[found[3]]
		}
		if s := text(raw); s != "" {
			all = append(all, s)
		}
	}
	return all
}
