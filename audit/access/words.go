package access

import (
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/policy/eval"
)

// phrase is how people say that a key has one of some values: %s is "a or b".
type phrase struct {
	is, not, absent string
}

var phrases = map[string]phrase{
	"aws:sourceip":         {"from %s", "not from %s", "without a source address"},
	"aws:vpcsourceip":      {"from %s within a VPC", "not from %s within a VPC", "not through a VPC endpoint"},
	"aws:sourcevpc":        {"from VPC %s", "not from VPC %s", "not through a VPC endpoint"},
	"aws:sourcevpce":       {"through VPC endpoint %s", "not through VPC endpoint %s", "not through a VPC endpoint"},
	"aws:useragent":        {"with user agent %s", "with a user agent other than %s", "without a user agent"},
	"aws:referer":          {"with referer %s", "with a referer other than %s", "without a referer"},
	"aws:requestedregion":  {"in region %s", "in a region other than %s", "without a region"},
	"aws:calledvia":        {"through %s", "not through %s", "without a service in between"},
	"aws:calledviafirst":   {"through %s first", "not through %s first", "without a service in between"},
	"aws:calledvialast":    {"through %s last", "not through %s last", "without a service in between"},
	"aws:sourceidentity":   {"with source identity %s", "with a source identity other than %s", "without a source identity"},
	"aws:userid":           {"in a session with the id %s", "in a session with an id other than %s", "without an id"},
	"aws:tagkeys":          {"with tag key %s on the request", "without tag key %s on the request", "without tags on the request"},
	"sts:externalid":       {"with external id %s", "with an external id other than %s", "without an external id"},
	"sts:rolesessionname":  {"with session name %s", "with a session name other than %s", "without a session name"},
	"iam:passedtoservice":  {"passing the role to %s", "passing the role to another service than %s", "passing the role to no service"},
	"iam:awsservicename":   {"for the service %s", "for another service than %s", "for no service"},
	"aws:sourcearn":        {"on behalf of %s", "not on behalf of %s", "on behalf of no resource"},
	"aws:sourceaccount":    {"on behalf of account %s", "not on behalf of account %s", "on behalf of no account"},
	"aws:principalaccount": {"from account %s", "not from account %s", "from no account"},
}

// phraseOf gives the phrase for a folded key.
func phraseOf(folded string) phrase {
	if p, ok := phrases[folded]; ok {
		return p
	}
	if _, tag, ok := strings.Cut(folded, requestTag); ok {
		return phrase{"tag " + tag + " = %s on the request", "tag " + tag + " other than %s on the request", "without tag " + tag + " on the request"}
	}
	if _, tag, ok := strings.Cut(folded, principalTag); ok {
		return phrase{"with tag " + tag + " = %s on the session", "with tag " + tag + " other than %s on the session", "without tag " + tag + " on the session"}
	}
	return phrase{}
}

// phraseFor gives the phrase for a key as a policy spells it: that of a tag names the tag so.
func phraseFor(key string) phrase {
	folded := eval.FoldKey(key)
	for _, prefix := range []string{requestTag, principalTag} {
		if strings.HasPrefix(folded, prefix) {
			return phraseOf(prefix + key[min(len(key), len(prefix)):])
		}
	}
	return phraseOf(folded)
}

// say puts values into a phrase; key is as the policy spells it, relation between key and values where there is no phrase.
func (p phrase) say(key string, is bool, values []string, relation string) string {
	list := strings.Join(values, " or ")
	switch {
	case len(values) == 0 && p.absent != "":
		return p.absent
	case len(values) == 0:
		return "without " + key
	case p.is == "" || relation != "":
		if relation == "" {
			relation = relationOf(values, is)
		}
		return "with " + key + " " + relation + " " + list
	case is:
		return strings.ReplaceAll(p.is, "%s", list)
	default:
		return strings.ReplaceAll(p.not, "%s", list)
	}
}

// relationOf is that of a key to values, which may have wildcards.
func relationOf(values []string, is bool) string {
	switch wild := strings.ContainsAny(strings.Join(values, ""), "*?"); {
	case wild && is:
		return "like"
	case wild:
		return "not like"
	case is:
		return "="
	default:
		return "other than"
	}
}

// describe says a condition that must hold, or must not, to people.
func describe(d *demand, negated bool, values []string, have *eval.Context) string {
	key, folded := d.Condition.Key.Text, d.Keys[0]
	value, present := have.Lookup(folded)
	switch folded {
	case "aws:multifactorauthpresent":
		return describeFlag(present && strings.EqualFold(value.At(0), "true"), "with MFA", "without MFA")
	case "aws:securetransport":
		return describeFlag(value.At(0) == "true", "over TLS", "without TLS")
	case "aws:viaawsservice":
		return describeFlag(value.At(0) == "true", "through a service of AWS", "without a service in between")
	}
	p := phraseFor(key)
	test := d.Condition.Operator.Test
	is := strings.Contains(test, "Not") == negated
	switch fam := familyOf(d.Demand); {
	case fam == noFamily && present:
		return "with " + key
	case fam == noFamily:
		return p.say(key, false, nil, "")
	case !present && is: // by IfExists, or ForAllValues
		return p.say(key, true, values, "") + " or none"
	case !present:
		return p.say(key, false, values, "")
	case fam == dateFamily:
		return describeTime(folded, key, order(test, negated), values)
	case folded == factorAge:
		return "with MFA " + describeAge(order(test, negated), values)
	case fam == numberFamily:
		return p.say(key, is, values, order(test, negated))
	case fam == boolFamily:
		return "with " + key + " = " + value.At(0)
	case folded == tagKeys && d.Condition.Operator.Set == "ForAllValues" && is:
		return "with no tag keys but " + strings.Join(values, ", ") + " on the request"
	}
	return p.say(key, is, values, "")
}

func describeFlag(holds bool, yes, no string) string {
	if holds {
		return yes
	}
	return no
}

// order is the sign of a comparison, turned round where it must not hold.
func order(test string, negated bool) string {
	signs := []string{"<", "<=", ">", ">=", "=", "other than"}
	at := 4
	for i, suffix := range []string{"LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals", "Equals", "NotEquals"} {
		if strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(test, "Numeric"), "Date"), " ") == suffix {
			at = i
		}
	}
	if negated {
		at = [...]int{3, 2, 1, 0, 5, 4}[at]
	}
	return signs[at]
}

func describeTime(folded, key, sign string, values []string) string {
	words := map[string]string{"<": "before", "<=": "until", ">": "after", ">=": "from", "=": "at", "other than": "not at"}[sign]
	text := words + " " + strings.Join(values, " or ")
	switch folded {
	case "aws:currenttime", "aws:epochtime":
		return text
	case "aws:tokenissuetime":
		return "in a session begun " + text
	default:
		return "with " + key + " " + text
	}
}

func describeAge(sign string, values []string) string {
	ages := make([]string, len(values))
	for i, v := range values {
		ages[i] = v + " s"
		if n, err := strconv.Atoi(v); err == nil {
			ages[i] = (time.Duration(n) * time.Second).String()
		}
	}
	words := map[string]string{"<": "less than", "<=": "at most", ">": "more than", ">=": "at least", "=": "exactly", "other than": "other than"}[sign]
	return words + " " + strings.Join(ages, " or ") + " ago"
}
