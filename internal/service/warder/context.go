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
// and Warder did not, and the request's own. now is Warder's. A key that Warder alone may give is refused by name.
func (q *Question) conditionKeys(now time.Time) (k conditions, err error) {
	k.env.Time = now
	var members map[string]jsontext.Value
	if err := read("context", q.Context, &members); err != nil {
		return k, err
	}
	if len(members) > maxKeys {
		return k, invalid("context has more than %d keys", maxKeys)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if err := checkKey(name); err != nil {
			return k, err
		}
		if _, twice := k.keys.Lookup(name); twice {
			return k, invalid("context has the key %q twice: case does not count", name)
		}
		v, err := conditionValue(name, members[name])
		if err != nil {
			return k, err
		}
		for _, text := range v.texts {
			k.size += len(text)
		}
		if k.values += len(v.texts); k.values > maxValues || k.size > maxContext {
			return k, invalid("context has more than %d values or %d bytes of them", maxValues, maxContext)
		}
		if v.list {
			k.keys.SetList(name, v.texts...)
		} else {
			k.keys.Set(name, v.texts[0])
		}
	}
	return k, fillEnvironment(&k.env, &k.keys)
}

// conditions are the condition keys of a question.
type conditions struct {
	env    authz.Environment
	keys   eval.Context
	values int
	size   int // bytes of the values
}

// checkKey refuses what is no condition key, and keys that the asker may not give.
func checkKey(name string) error {
	if len(name) > maxKeyName || !strings.Contains(name, ":") || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return invalid("context: %q is no condition key; one is prefix:name, such as aws:SourceIp", clip(name))
	}
	switch authz.KeyOrigin(name) {
	case authz.FromCaller:
		return invalid("context: the key %s derives from the subject and its session: only Warder gives it", name)
	case authz.FromClock:
		return invalid("context: the key %s is Warder's own time: only Warder gives it", name)
	case authz.FromResource:
		return invalid("context: the key %s derives from resource.properties: give account and tags there", name)
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
