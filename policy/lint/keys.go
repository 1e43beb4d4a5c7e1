package lint

import (
	"strings"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/policy"
)

// checkKeys: INVALID_CONDITION_KEY_FORMAT, INVALID_GLOBAL_CONDITION_KEY, INVALID_SERVICE_CONDITION_KEY, INVALID_SERVICE,
// MISSING_TAG_KEY_IN_CONDITION, UNSUPPORTED_GLOBAL_CONDITION_KEY, DEPRECATED_GLOBAL_CONDITION_KEY.
func checkKeys(l *linter, s *statement) {
	for _, c := range s.conditions {
		l.checkKey(c.value)
	}
}

func (l *linter) checkKey(n *node) {
	prefix, name, colon := strings.Cut(n.key, ":")
	switch {
	case !colon || prefix == "" || name == "" || strings.ContainsAny(prefix, " \t\r\n"):
		l.reportKey("INVALID_CONDITION_KEY_FORMAT", n, "%q is no condition key. Write service:name, as in aws:SourceIp.", clip(n.key))
		return
	case strings.EqualFold(n.key, "aws:arn"):
		l.oldARNKey(n)
		return
	}
	if _, known := l.options.Catalog.ConditionKey(n.key); known {
		return
	}
	if l.tagTemplate(n.key) {
		l.reportKey("MISSING_TAG_KEY_IN_CONDITION", n, "%s does not say which tag. Write %s/ and the tag's key.", clip(n.key), strings.TrimSuffix(clip(n.key), "/"))
		return
	}
	l.unknownKey(n, prefix)
}

// oldARNKey finds aws:ARN. AWS documents two codes for it and not when it gives which: where the key may have been stored
// long ago, in identity policies, it is called deprecated.
func (l *linter) oldARNKey(n *node) {
	if l.is(policy.Identity) {
		l.reportKey("DEPRECATED_GLOBAL_CONDITION_KEY", n, "aws:ARN has been replaced. Use aws:PrincipalArn.")
		return
	}
	l.reportKey("UNSUPPORTED_GLOBAL_CONDITION_KEY", n, "aws:ARN is not supported. Use aws:PrincipalArn or aws:SourceArn.")
}

func (l *linter) unknownKey(n *node, prefix string) {
	switch prefix = strings.ToLower(prefix); {
	case prefix == "aws":
		l.reportKey("INVALID_GLOBAL_CONDITION_KEY", n, "There is no global condition key %q. Correct its name.", clip(n.key))
	case strings.Contains(prefix, "."), strings.Contains(prefix, "/"), prefix == "saml":
		// the token of an identity provider, whose claims are its own matter
	case l.service(prefix):
		l.reportKey("INVALID_SERVICE_CONDITION_KEY", n, "The service %s has no condition key %q. Correct its name.", prefix, clip(n.key))
	default:
		l.reportKey("INVALID_SERVICE", n, "There is no service %q.%s", clip(prefix), l.suggestService(prefix))
	}
}

func (l *linter) service(prefix string) bool {
	_, known := l.options.Catalog.Service(prefix)
	return known
}

// tagTemplate is whether a key is one of those that take a tag's key, without it.
func (l *linter) tagTemplate(key string) bool {
	key = strings.TrimSuffix(key, "/")
	if !strings.HasSuffix(strings.ToLower(key), "tag") {
		return false
	}
	k, known := l.options.Catalog.ConditionKey(key + "/x")
	return known && strings.Contains(k.Name, "${")
}

// checkRepeatedKeys: DUPLICATE_KEYS_WITH_DIFFERENT_CASE.
func checkRepeatedKeys(l *linter, s *statement) {
	if !s.condition.is('{') {
		return
	}
	for _, under := range s.condition.children {
		if !under.is('{') {
			continue
		}
		seen := map[string]*node{}
		for _, n := range under.children {
			key := strings.ToLower(n.key)
			if first := seen[key]; first != nil && first.key != n.key {
				l.add("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", []Location{l.atKey(first), l.atKey(n)},
					"%s and %s are the same key: case does not count. Join the two.", clip(first.key), clip(n.key))
			} else if first == nil {
				seen[key] = n
			}
		}
	}
}

// checkQualifiers: MISSING_QUALIFIER, FORALLVALUES_WITH_SINGLE_VALUED_KEY, FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE,
// CONFIRM_AUDIENCE_CLAIM_TYPE.
func checkQualifiers(l *linter, s *statement) {
	for _, c := range s.conditions {
		if !c.known || c.operator.Test == "Null" {
			continue
		}
		key := c.value.key
		k, known := l.options.Catalog.ConditionKey(key)
		audience := strings.HasSuffix(strings.ToLower(key), ":aud")
		switch {
		case known && k.Multivalued && c.operator.Set == "":
			l.reportKey("MISSING_QUALIFIER", c.value, "A request has several values of %s, which %s alone never matches. Write ForAllValues: or ForAnyValue: before it.", key, c.under.key)
		case audience && c.operator.Set == policy.ForAnyValue && l.singleAudience(key):
			l.reportKey("FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", c.value, "A token has one audience. Remove ForAnyValue.")
		case audience && c.operator.Set != "" && !l.singleAudience(key):
			l.reportKey("CONFIRM_AUDIENCE_CLAIM_TYPE", c.value, "Most tokens have one audience. Remove %s, unless those of this provider have several.", c.operator.Set)
		case known && !k.Multivalued && c.operator.Set == policy.ForAllValues:
			l.reportKey("FORALLVALUES_WITH_SINGLE_VALUED_KEY", c.value, "ForAllValues holds where %s is absent, and the key has one value. Remove ForAllValues.", key)
		}
	}
}

// singleAudience is whether the provider of a token is known to give it one audience.
func (l *linter) singleAudience(key string) bool {
	k, known := l.options.Catalog.ConditionKey(key)
	return known && !k.Multivalued || strings.EqualFold(key, gitHub+":aud")
}

// checkKeyTypes: TYPE_MISMATCH, STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS.
func checkKeyTypes(l *linter, s *statement) {
	for _, c := range s.conditions {
		if !c.known {
			continue
		}
		k, known := l.options.Catalog.ConditionKey(c.value.key)
		has := family(c.operator.Test)
		if !known || has == nullFamily || has == familyOf(k.Type) || alsoNumeric(k, has) {
			continue
		}
		want := familyOf(k.Type)
		if want == arnFamily && has == stringFamily {
			if !strings.HasSuffix(c.operator.Test, "Like") {
				continue // a whole ARN is the same as a string
			}
			l.reportKey("STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", c.value,
				"%s is an ARN, and the wildcards of %s cross its colons. Use ArnLike or ArnNotLike.", c.value.key, c.under.key)
			continue
		}
		l.reportKey("TYPE_MISMATCH", c.value, "%s is of the type %s, and %s compares %s values. Use an operator for %s.", c.value.key, want, c.under.key, has, want)
	}
}

// alsoNumeric is whether the key is a date that counts seconds.
func alsoNumeric(k catalog.ConditionKey, has operatorFamily) bool {
	return has == numericFamily && strings.EqualFold(k.Name, "aws:EpochTime")
}
