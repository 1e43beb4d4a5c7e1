package escalation

import (
	"strings"

	"github.com/warder-iam/warder/arn"
)

// Names that whoever takes a step is free to choose, and the Region: any will do unless a policy asks for some.
const mostNames = 8 // how many patterns of one principal are tried for one name

// instances are the ARNs that a template with words in braces may become for a principal: the plain one first, then those
// that its leads name. They are guesses, of which audit/access decides.
func instances(template string, account arn.Account, userName string, found []lead) []string {
	plain := strings.NewReplacer("{partition}", account.Partition, "{region}", arn.HomeRegion(account.Partition), "{account}", account.ID, "{new}", newName).
		Replace(template)
	all := []string{plain}
	fixed, _, _ := strings.Cut(template, "{new}")
	kind := resourcePart(fixed)
	for _, l := range found {
		for _, pattern := range l.patterns {
			if name, ok := instance(plain, kind, pattern, userName); ok && len(all) < mostNames {
				all = append(all, name)
			}
		}
	}
	return all
}

// resourcePart is what follows the fifth colon.
func resourcePart(name string) string {
	parts := strings.SplitN(name, ":", 6)
	return parts[len(parts)-1]
}

// instance makes an ARN that fits a pattern and is of the kind that plain is of.
func instance(plain, kind, pattern, userName string) (string, bool) {
	pattern = strings.ReplaceAll(pattern, "${aws:username}", userName)
	have, want := strings.SplitN(plain, ":", 6), strings.SplitN(pattern, ":", 6)
	if len(want) != 6 || strings.Contains(pattern, "${") {
		return "", false
	}
	const region = 3 // which one is free to choose, where the kind has one; what is made is in one's own account
	for i := range 5 {
		switch open := strings.ContainsAny(want[i], "*?"); {
		case i == region && !open && have[i] != "":
			have[i] = want[i]
		case !arn.Glob(want[i], have[i]):
			return "", false
		}
	}
	resource := want[5]
	fixed, open := fixedPart(resource)
	switch {
	case !strings.HasPrefix(fixed, kind) && (!open || !strings.HasPrefix(kind, fixed)):
		return "", false
	case len(fixed) >= len(kind):
		have[5] = strings.NewReplacer("*", newName, "?", "w").Replace(resource)
	}
	return strings.Join(have, ":"), true
}
