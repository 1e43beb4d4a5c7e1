package usage

import (
	"cmp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/catalog"
)

// maxResources bounds the resources that one call of a record is taken to touch.
const maxResources = 100

// manyTypes is how many resource types of an action are named one by one where the record tells nothing of any.
const manyTypes = 10

// resources are the ARNs of what the call did the action on, as the record tells them: those that it names, and those whose
// parts its request gives. Without any, the forms of the types that every request of the action is about, with stars; never
// more than the types of the action.
func (w *writer) resources(a *catalog.Action) []string {
	if len(a.Resources) == 0 {
		return []string{"*"}
	}
	s, ok := w.Catalog.Service(a.Service)
	if !ok {
		return []string{"*"}
	}
	named := w.named(s, a)
	var found, forms []string
	for _, r := range a.Resources {
		t, ok := s.Resource(r.Type)
		if !ok {
			continue
		}
		whole, form := named[t], []string(nil)
		if len(whole) == 0 {
			whole, form = w.written(t)
		}
		found = append(found, whole...)
		if len(whole) == 0 && r.Required {
			found = append(found, form...)
		}
		forms = append(forms, form...)
	}
	if len(found) == 0 {
		found = forms
		if len(a.Resources) > manyTypes {
			found = []string{"arn:" + w.partition() + ":" + a.Service + ":" + w.event.AWSRegion + ":" + w.account + ":*"}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)[:min(len(slices.Compact(found)), maxResources)]
}

// named sorts the ARNs in the record by the resource type that they fit best.
func (w *writer) named(s *catalog.Service, a *catalog.Action) map[*catalog.ResourceType][]string {
	list := slices.Clone(w.request.arns)
	for _, r := range w.event.Resources {
		list = append(list, r.ARN)
	}
	for _, object := range w.request.objects {
		list = append(list, "arn:"+w.partition()+":s3:::"+object)
	}
	var named map[*catalog.ResourceType][]string
	for _, text := range list {
		if special(text) {
			continue
		}
		var best *catalog.ResourceType
		most := 0
		for _, r := range a.Resources {
			t, ok := s.Resource(r.Type)
			if !ok {
				continue
			}
			for _, form := range t.ARNs {
				if fixed := fits(form, text); fixed > most {
					best, most = t, fixed
				}
			}
		}
		if best != nil && !slices.Contains(named[best], text) {
			if named == nil {
				named = map[*catalog.ResourceType][]string{}
			}
			named[best] = append(named[best], text)
		}
	}
	return named
}

// fits is how many fixed bytes a form of ARN has that a text fits, 0 if it does not. A part that differs holds no slash and no
// colon, but for the last one behind something fixed: "role/${RoleNameWithPath}" has paths, "${BucketName}" has not.
func fits(form, text string) int {
	const parts = 6
	f, t := strings.SplitN(form, ":", parts), strings.SplitN(text, ":", parts)
	if len(f) < parts || len(t) < parts {
		return 0
	}
	fixed := 1
	for i := range parts - 1 {
		switch {
		case strings.HasPrefix(f[i], "${"):
		case f[i] != t[i]:
			return 0
		}
	}
	rest := t[parts-1]
	for pattern, first := f[parts-1], true; ; first = false {
		before, after, found := strings.Cut(pattern, "${")
		if !found {
			if pattern != rest {
				return 0
			}
			return fixed + len(pattern)
		}
		if !strings.HasPrefix(rest, before) {
			return 0
		}
		fixed, rest = fixed+len(before), rest[len(before):]
		_, pattern, _ = strings.Cut(after, "}")
		if pattern == "" && (before != "" || !first) {
			if rest == "" {
				return 0
			}
			return fixed
		}
		end := strings.IndexAny(rest, "/:")
		if end < 0 {
			end = len(rest)
		}
		if end == 0 {
			return 0
		}
		rest = rest[end:]
	}
}

// formPart is a fixed text of a form of ARN, and the part that differs behind it: its name, in lower case, "" for none.
type formPart struct{ fixed, name string }

// parts takes a form of ARN apart, once.
func (t *Translator) parts(form string) []formPart {
	if known, ok := t.forms[form]; ok {
		return known
	}
	var list []formPart
	for rest := form; rest != ""; {
		fixed, after, _ := strings.Cut(rest, "${")
		name, more, _ := strings.Cut(after, "}")
		list, rest = append(list, formPart{fixed, strings.ToLower(name)}), more
	}
	if t.forms == nil {
		t.forms = map[string][]formPart{}
	}
	t.forms[form] = list
	return list
}

// written are the ARNs of a type whose parts the request gives, and the form of the type with stars for those that it does
// not.
func (w *writer) written(t *catalog.ResourceType) (whole, forms []string) {
	for _, form := range t.ARNs {
		texts, complete := []string{""}, true
		for _, part := range w.parts(form) {
			values := []string{""}
			if part.name != "" {
				values = w.values(part.name)
			}
			if len(values) == 0 {
				values, complete = []string{"*"}, false
			}
			texts = extend(texts, part.fixed, values)
		}
		if complete {
			whole = append(whole, texts...)
		} else {
			forms = append(forms, texts...)
		}
	}
	return whole, forms
}

// extend puts a fixed text and each of the values behind each of the texts.
func extend(texts []string, fixed string, values []string) (longer []string) {
	for _, text := range texts {
		for _, v := range values {
			if len(longer) < maxResources {
				longer = append(longer, text+fixed+v)
			}
		}
	}
	return longer
}

func (w *writer) partition() string {
	if a, err := arn.Parse(w.actor); err == nil {
		return a.Partition
	}
	return arn.AWS
}

// members are those of requests that give a part of an ARN under another name, by the part's lower-case name. Sources: the
// API references of the services, beside the resource types of the Service Authorization Reference.
var members = map[string][]string{
	"objectname": {"key"}, "queuename": {"queueurl", "queuename"}, "topicname": {"name"}, "secretid": {"secretid", "name"},
	"clustername": {"cluster", "clustername"}, "servicename": {"service", "servicename"}, "dbinstancename": {"dbinstanceidentifier"},
	"dbclusterinstancename": {"dbclusteridentifier"}, "parameternamewithoutleadingslash": {"name", "names"}, "rulename": {"name", "rule"},
	"statemachinename": {"name"}, "securitygroupid": {"groupid", "securitygroupid"}, "projectname": {"projectname", "name"},
	"aliaswithoutprefix": {"aliasname"}, "alias": {"aliasname"}, "alarmname": {"alarmname", "alarmnames"},
	"taskdefinitionfamilyname": {"family"}, "loggroupname": {"loggroupname", "loggroupidentifier"}, "imageid": {"imageid"},
	"keypairname": {"keyname"}, "streamname": {"streamname"}, "deliverystreamname": {"deliverystreamname"}, "hostedzoneid": {"id", "hostedzoneid"},
	"id": {}, "name": {},
}

// values are those of one part of an ARN.
func (w *writer) values(part string) []string {
	switch part {
	case "partition":
		return []string{w.partition()}
	case "region":
		return []string{w.event.AWSRegion}
	case "account":
		return []string{cmp.Or(w.event.RecipientAccountID, w.account)}
	}
	if name, ok := strings.CutSuffix(part, "withpath"); ok {
		return w.pathed(name)
	}
	names, ok := members[part]
	if !ok {
		names = []string{part}
	}
	for _, name := range names {
		if list := w.request.texts[name]; len(list) > 0 {
			return lastParts(part, list)
		}
	}
	return nil
}

// lastParts are the names in values that may be URLs or ARNs.
func lastParts(part string, list []string) []string {
	names := make([]string, 0, len(list))
	for _, text := range list {
		switch {
		case strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "arn:") && part != "objectname":
			text = text[strings.LastIndexAny(text, "/:")+1:]
		case part == "parameternamewithoutleadingslash":
			text = strings.TrimPrefix(text, "/")
		case strings.HasPrefix(part, "alias"):
			text = strings.TrimPrefix(text, "alias/")
		}
		if text != "" && !special(text) {
			names = append(names, text)
		}
	}
	return names
}

// special reports whether a policy would not take a name literally. What is so named is not told by name.
func special(name string) bool {
	return strings.ContainsAny(name, "*?") || strings.Contains(name, "${")
}

// pathed are the names of users, roles, groups and policies with their paths: as the snapshot has them, or the request.
func (w *writer) pathed(member string) (names []string) {
	list := w.request.texts[member]
	if len(list) == 0 && member == "username" && w.event.UserIdentity.Type == "IAMUser" {
		list = []string{w.event.UserIdentity.UserName} // IAM takes the caller's own
	}
	for _, name := range list {
		path := strings.Trim(w.request.first("path"), "/")
		if known := w.path(member, name); known != "" {
			path = strings.Trim(known, "/")
		}
		if path != "" {
			name = path + "/" + name
		}
		names = append(names, name)
	}
	return names
}

// path is that of an entity of the snapshot; "" where it is not known.
func (w *writer) path(member, name string) string {
	if w.Snapshot == nil {
		return ""
	}
	account := w.Snapshot.Account(cmp.Or(w.event.RecipientAccountID, w.account))
	if account == nil {
		return ""
	}
	switch member {
	case "rolename":
		if r := account.Role(name); r != nil {
			return r.Path
		}
	case "username":
		if u := account.User(name); u != nil {
			return u.Path
		}
	case "groupname":
		if g := account.Group(name); g != nil {
			return g.Path
		}
	case "policyname":
		if p := account.Policy(name); p != nil {
			return p.Path
		}
	}
	return ""
}
