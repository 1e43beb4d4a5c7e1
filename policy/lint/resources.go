package lint

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/catalog"
)

// checkResources: the ARN family, INVALID_PARTITION, INVALID_SERVICE, WILDCARD_IN_SERVICE_NAME.
func checkResources(l *linter, s *statement) {
	for _, n := range s.resources {
		if n.text != "*" {
			l.checkResource(n)
		}
	}
}

func (l *linter) checkResource(n *node) {
	parts := splitARN(n.text)
	switch {
	case parts[0] != "arn":
		l.report("INVALID_ARN_PREFIX", n, "The resource %q does not begin with arn:. Write its whole ARN, or \"*\".", clip(n.text))
		return
	case len(parts) < 6:
		l.report("MISSING_ARN_FIELD", n, "The ARN has %d parts. Write all six: arn:partition:service:region:account:resource.", len(parts))
		return
	}
	if !knownPartition(parts[1]) {
		l.report("INVALID_PARTITION", n, "There is no partition %q. Write %q, or the partition of the resource.", clip(parts[1]), arn.AWS)
		return
	}
	l.checkService(n, parts)
}

// splitARN cuts an ARN at its first five colons, those within variables left out.
func splitARN(text string) []string {
	var parts []string
	for len(parts) < 5 {
		end := colonOutsideVariables(text)
		if end < 0 {
			break
		}
		parts, text = append(parts, text[:end]), text[end+1:]
	}
	return append(parts, text)
}

func colonOutsideVariables(text string) int {
	for i := 0; i < len(text); i++ {
		if text[i] == ':' {
			return i
		}
		if strings.HasPrefix(text[i:], "${") {
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return -1
			}
			i += end
		}
	}
	return -1
}

func knownPartition(pattern string) bool {
	if wild(pattern) || hasVariable(pattern) {
		return true
	}
	return arn.KnownPartition(pattern)
}

func (l *linter) checkService(n *node, parts []string) {
	service := parts[2]
	if hasVariable(service) {
		return
	}
	if wild(service) {
		l.report("WILDCARD_IN_SERVICE_NAME", n, "The service in the ARN has a wildcard, which matches services to come. Write the service's name.")
		return
	}
	if service != strings.ToLower(service) {
		l.report("INVALID_ARN_SERVICE_CASE", n, "The service %q in the ARN must be in lower case. Write %q.", clip(service), strings.ToLower(service))
		return
	}
	types := l.options.Catalog.ARNs(service)
	if len(types) == 0 {
		if _, known := l.options.Catalog.Service(service); !known {
			l.report("INVALID_SERVICE", n, "There is no service %q.%s", clip(service), l.suggestService(service))
		}
		return
	}
	l.checkShape(n, parts, types)
}

// checkShape compares an ARN with those of the service's resource types: first what follows the account, since a Region or
// an account is needed by some types and refused by others.
func (l *linter) checkShape(n *node, parts []string, types []catalog.ARNPattern) {
	fits := slices.DeleteFunc(slices.Clone(types), func(t catalog.ARNPattern) bool {
		return l.spend(1+len(parts[5])/8) && !l.template(t.Resource).overlaps(parts[5])
	})
	own := slices.DeleteFunc(slices.Clone(fits), func(t catalog.ARNPattern) bool { return t.AnyService })
	switch {
	case len(own) > 0:
		l.checkRegion(n, parts, own)
		l.checkAccount(n, parts, own)
	case len(fits) == 0 && !wild(n.text) && !hasVariable(n.text):
		l.report("INVALID_ARN_RESOURCE", n, "The ARN does not have the form of any resource of %s. Correct what follows the account.", parts[2])
	default: // AWS takes patterns of any form, as long as their Region and account exist
		l.checkRegionName(n, parts[3], types)
		l.checkAccountName(n, parts[4], types)
	}
}

// template compiles a template once.
func (l *linter) template(text string) compiled {
	t, found := l.templates[text]
	if !found {
		t = compile(text)
		l.templates[text] = t
	}
	return t
}

func (l *linter) checkRegion(n *node, parts []string, fits []catalog.ARNPattern) {
	region := parts[3]
	without := slices.ContainsFunc(fits, func(t catalog.ARNPattern) bool { return t.Region == "" || t.Region == "*" })
	switch {
	case region == "" && !without:
		l.report("MISSING_ARN_REGION", n, "The ARN of %s lacks the Region. Add it, or \"*\".", parts[2])
	case region == "", strings.Trim(region, "*") == "":
	case !slices.ContainsFunc(fits, hasRegion):
		l.report("ARN_REGION_NOT_ALLOWED", n, "ARNs of this kind of resource of %s have no Region. Leave it empty.", parts[2])
	default:
		l.checkRegionName(n, region, fits)
	}
}

func hasRegion(t catalog.ARNPattern) bool  { return t.Region != "" }
func hasAccount(t catalog.ARNPattern) bool { return t.Account != "" }

func (l *linter) checkRegionName(n *node, region string, types []catalog.ARNPattern) {
	if region != "" && !knownRegion(region) && slices.ContainsFunc(types, hasRegion) {
		l.report("INVALID_ARN_REGION", n, "There is no Region %q. Correct the Region of the ARN.", clip(region))
	}
}

// ownedByAWS are the services that have resources of AWS's own, which every account can name and whose ARNs have no account,
// beside those that the catalogue knows.
var ownedByAWS = names("resource-explorer-2 ssm")

func (l *linter) checkAccount(n *node, parts []string, fits []catalog.ARNPattern) {
	account := parts[4]
	without := slices.ContainsFunc(fits, func(t catalog.ARNPattern) bool { return t.Account == "" || t.Account == "*" })
	literal := slices.ContainsFunc(fits, func(t catalog.ARNPattern) bool { return t.Account == account })
	switch {
	case account == "" && !without && (wild(n.text) || ownedByAWS[parts[2]]):
	case account == "" && !without:
		l.report("MISSING_ARN_ACCOUNT", n, "The ARN of %s lacks the account. Add its 12 digits, or \"*\".", parts[2])
	case account == "", strings.Trim(account, "*") == "", literal:
	case !slices.ContainsFunc(fits, hasAccount):
		l.report("ARN_ACCOUNT_NOT_ALLOWED", n, "ARNs of this kind of resource of %s have no account. Leave it empty.", parts[2])
	default:
		l.checkAccountName(n, account, fits)
	}
}

func (l *linter) checkAccountName(n *node, account string, types []catalog.ARNPattern) {
	if account != "" && !accountPattern(account) && slices.ContainsFunc(types, hasAccount) {
		l.report("INVALID_ARN_ACCOUNT", n, "%q is no account. Write its 12 digits.", clip(account))
	}
}

// accountPattern is whether a pattern can be 12 digits, or the account "aws" that all share.
func accountPattern(pattern string) bool {
	if hasVariable(pattern) || pattern == "aws" {
		return true
	}
	if !wild(pattern) {
		return arn.IsAccountID(pattern)
	}
	return strings.Trim(pattern, "0123456789*?") == "" && len(strings.ReplaceAll(pattern, "*", "")) <= 12
}
