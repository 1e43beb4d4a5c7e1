package cloudtrail

import (
	"net/netip"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/server"
)

// The asks of CloudTrail's operations. Actions, resources and keys are those of the Service Authorization Reference; a test
// compares them with the catalogue. What does not exist is asked about by the ARN that it would have.

// onAny is the rule of an operation without resource types.
func onAny[In any]() server.Rule[In] {
	return server.Ask(func(c *server.Call, _ In) authz.Ask { return authz.Ask{Action: c.Action(), Resource: "*"} })
}

// onTrail is the rule of an operation on one trail, which the input names.
func onTrail[In any](ct *Service, name func(In) string) server.Rule[In] {
	return server.Ask(func(c *server.Call, in In) authz.Ask { return ct.askTrail(c, name(in)) })
}

// askTrail asks about a trail by its name or ARN.
func (ct *Service) askTrail(c *server.Call, text string) authz.Ask {
	if !strings.HasPrefix(text, "arn:") {
		text = c.Account().TrailARN(ct.Region, text)
	}
	return askARN(c, text)
}

// askARN asks about a resource by its ARN, which may be of another account.
func askARN(c *server.Call, text string) authz.Ask {
	ask := authz.Ask{Action: c.Action(), Resource: text, ResourceAccount: c.Caller.Account}
	if a, err := arn.Parse(text); err == nil && arn.IsAccountID(a.Account) {
		ask.ResourceAccount = a.Account
	}
	if t := c.Account().TrailByARN(text); t != nil {
		ask.ResourceTags = t.Tags
	}
	return ask
}

// findTrail finds a trail by its name or ARN.
func (ct *Service) findTrail(a *directory.Account, text string) (*directory.Trail, error) {
	full := text
	if strings.HasPrefix(text, "arn:") {
		if _, err := trailOf(text); err != nil {
			return nil, err
		}
	} else {
		if err := checkName(text); err != nil {
			return nil, err
		}
		full = a.TrailARN(ct.Region, text)
	}
	t := a.TrailByARN(full)
	if t == nil {
		return nil, api.TrailNotFoundException.New("Unknown trail: %s for the user: %s", full, a.ID())
	}
	return t, nil
}

// trailOf gives the name in the ARN of a trail.
func trailOf(text string) (string, error) {
	a, err := arn.Parse(text)
	if err != nil || a.Partition != "aws" || a.Service != "cloudtrail" || a.Region == "" || !arn.IsAccountID(a.Account) {
		return "", api.CloudTrailARNInvalidException.New("%.300q is not the ARN of a trail: arn:aws:cloudtrail:us-east-2:123456789012:trail/MyTrail", text)
	}
	name, ok := strings.CutPrefix(a.Resource, "trail/")
	if !ok {
		return "", api.CloudTrailARNInvalidException.New("%.300q is not the ARN of a trail: its resource does not begin with trail/", text)
	}
	return name, checkName(name)
}

// The length of a trail's name.
const (
	minName = 3
	maxName = 128
)

// checkName refuses what no trail may be called. Source: the API reference, CreateTrail's Name.
func checkName(name string) error {
	invalid := api.InvalidTrailNameException.New
	_, notIP := netip.ParseAddr(name)
	switch {
	case len(name) < minName:
		return invalid("Trail name too short. Minimum allowed length: %d characters. Specified name length: %d characters.", minName, len(name))
	case len(name) > maxName:
		return invalid("Trail name too long. Maximum allowed length: %d characters. Specified name length: %d characters.", maxName, len(name))
	case strings.ContainsFunc(name, func(r rune) bool { return !alphanumeric(r) && !strings.ContainsRune("._-", r) }):
		return invalid("Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).")
	case !alphanumeric(rune(name[0])):
		return invalid("Trail name must starts with a letter or number.")
	case !alphanumeric(rune(name[len(name)-1])):
		return invalid("Trail name must ends with a letter or number.")
	case adjacentMarks(name):
		return invalid("Trail name must not have adjacent periods, underscores or dashes.")
	case notIP == nil:
		return invalid("Trail name must not be in IP address format.")
	}
	return nil
}

func alphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

func adjacentMarks(name string) bool {
	for i := 1; i < len(name); i++ {
		if !alphanumeric(rune(name[i])) && !alphanumeric(rune(name[i-1])) {
			return true
		}
	}
	return false
}
