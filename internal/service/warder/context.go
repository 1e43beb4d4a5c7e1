package warder

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/policy/eval"
)

// conditionKeys reads the condition keys that a question gives: those of the environment, which the asking service saw
// and Warder did not, the request's own, and what else AuthZEN lets a question say. now is Warder's. A key that Warder
// alone may give is refused by name.
func (q *Question) conditionKeys(now time.Time) (k conditions, err error) {
	k.env.Time = now
	members, err := q.members()
	if err != nil {
		return k, err
	}
	for _, m := range members {
		v, err := m.values()
		if err != nil {
			return k, err
		}
		if _, twice := k.keys.Lookup(m.key); twice {
			return k, invalid("%s: the key %q stands there twice: case does not count", m.at, m.key)
		}
		for _, text := range v.texts {
			k.size += len(text)
		}
		if k.values += len(v.texts); k.values > maxValues || k.size > maxContext {
			return k, invalid("context has more than %d values or %d bytes of them", maxValues, maxContext)
		}
		switch {
		case v.list:
			k.keys.SetList(m.key, v.texts...)
		case len(v.texts) > 0:
			k.keys.Set(m.key, v.texts[0])
		}
	}
	return k, fillEnvironment(&k.env, &k.keys)
}

// member is what becomes one condition key.
type member struct {
	at, key string
	value   jsontext.Value
	// free members have names of the asker's own, and any value.
	free bool
}

// members are those of the context, and of the properties that mean nothing else to Warder. AuthZEN lets a question have
// any: one whose name is no condition key's becomes a key of the prefix authzen, so that policies can ask for it.
func (q *Question) members() (all []member, err error) {
	for _, part := range []struct {
		at, prefix string
		object     jsontext.Value
		own        []string
	}{
		{"context", "authzen:context/", q.Context, nil},
		{"subject.properties", "authzen:subject/", q.freeSubject(), nil},
		{"action.properties", "authzen:action/", q.Action.Properties, nil},
		{"resource.properties", "authzen:resource/", q.Resource.Properties, resourceNames},
	} {
		var members map[string]jsontext.Value
		if err := read(part.at, part.object, &members); err != nil {
			return nil, err
		}
		if len(members) > maxKeys {
			return nil, invalid("%s has more than %d members", part.at, maxKeys)
		}
		for _, name := range slices.Sorted(maps.Keys(members)) {
			m := member{part.at, name, members[name], false}
			switch {
			case part.at == "context" && strings.Contains(name, ":"):
				if err := checkKey(name); err != nil {
					return nil, err
				}
			case slices.Contains(part.own, name):
				continue
			default:
				m.key, m.free = part.prefix+name, true
			}
			if !keyName(m.key) {
				return nil, invalid("%s: the name %q is longer than %d bytes or has a control character", part.at, clip(name), maxKeyName)
			}
			all = append(all, m)
		}
	}
	return all, nil
}

// freeSubject are the properties of a subject that is named by its ARN. Those of others are Warder's own.
func (q *Question) freeSubject() jsontext.Value {
	if q.Subject.Type == typeSignedRequest || q.Subject.Type == typeAccessKey || !strings.HasPrefix(q.Subject.ID, "arn:") {
		return nil
	}
	return q.Subject.Properties
}

func keyName(key string) bool {
	return len(key) <= maxKeyName && !strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// values are a member's. Of a free one an object, and a list of anything but plain values, is its JSON text, and null is
// nothing.
func (m *member) values() (given, error) {
	v, err := conditionValue(m.key, m.value)
	if err == nil || !m.free {
		return v, err
	}
	if m.value.Kind() == 'n' {
		return given{}, nil
	}
	text := m.value.Clone()
	if err := text.Compact(); err != nil || len(text) > maxValue {
		return given{}, invalid("%s: a value is longer than %d bytes", m.at, maxValue)
	}
	return given{texts: []string{string(text)}}, nil
}

// conditions are the condition keys of a question.
type conditions struct {
	env    authz.Environment
	keys   eval.Context
	values int
	size   int // bytes of the values
}

// derivedKeyError refuses a key that only Warder may give: of a whole batch, wherever it stands.
type derivedKeyError struct{ refusal error }

func (e *derivedKeyError) Error() string { return e.refusal.Error() }

func (e *derivedKeyError) Unwrap() error { return e.refusal }

// checkKey refuses keys that the asker may not give.
func checkKey(name string) error {
	switch authz.KeyOrigin(name) {
	case authz.FromCaller:
		return &derivedKeyError{invalid("context: the key %s derives from the subject and its session: only Warder gives it", name)}
	case authz.FromClock:
		return &derivedKeyError{invalid("context: the key %s is Warder's own time: only Warder gives it", name)}
	case authz.FromResource:
		return &derivedKeyError{invalid("context: the key %s derives from resource.properties: give account and tags there", name)}
	}
	return nil
}

// given is the value of one key.
type given struct {
	texts []string
	list  bool
}

// conditionValue reads a text, a number or a boolean, or a list of them. Numbers stay as they are written.
func conditionValue(name string, v jsontext.Value) (given, error) {
	if v.Kind() != '[' {
		text, err := conditionText(name, v)
		return given{texts: []string{text}}, err
	}
	var items []jsontext.Value
	if err := json.Unmarshal(v, &items); err != nil {
		return given{}, invalid("context: %s: %s", name, jsonError(err))
	}
	if len(items) > maxValues {
		return given{}, invalid("context has more than %d values or %d bytes of them", maxValues, maxContext)
	}
	g := given{list: true}
	for _, item := range items {
		text, err := conditionText(name, item)
		if err != nil {
			return given{}, err
		}
		g.texts = append(g.texts, text)
	}
	return g, nil
}

func conditionText(name string, v jsontext.Value) (text string, err error) {
	switch v.Kind() {
	case '"':
		if err := json.Unmarshal(v, &text); err != nil {
			return "", invalid("context: %s: %s", name, jsonError(err))
		}
	case '0', 't', 'f':
		text = string(v)
	default:
		return "", invalid("context: %s must be a text, a number, a boolean, or a list of them; leave an absent key out", name)
	}
	if len(text) > maxValue {
		return "", invalid("context: a value of %s is longer than %d bytes", name, maxValue)
	}
	return text, nil
}

// fillEnvironment moves the keys of the environment to where authz takes them from. What the asker did not say is absent;
// aws:SecureTransport counts as false then, so that a Deny of what came in clear holds.
func fillEnvironment(env *authz.Environment, keys *eval.Context) error {
	for _, field := range []struct {
		key string
		to  *string
	}{
		{"aws:SourceIp", &env.SourceIP}, {"aws:UserAgent", &env.UserAgent}, {"aws:referer", &env.Referer}, {"aws:RequestedRegion", &env.Region},
	} {
		v, ok := keys.Lookup(field.key)
		if !ok {
			continue
		}
		if v.List() {
			return invalid("context: %s has one value, not a list", field.key)
		}
		*field.to = v.At(0)
		keys.Delete(field.key)
	}
	if v, ok := keys.Lookup("aws:SecureTransport"); ok {
		env.Secure = !v.List() && strings.EqualFold(v.At(0), "true")
		if !env.Secure && (v.List() || !strings.EqualFold(v.At(0), "false")) {
			return invalid("context: aws:SecureTransport is true or false")
		}
		keys.Delete("aws:SecureTransport")
	}
	return nil
}
