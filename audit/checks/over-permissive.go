package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
)

var overPermissive = audit.Check{
	ID:       "over-permissive",
	Title:    "Principals use most of what they may",
	Why:      "Rights that are never used help nobody but whoever steals the credentials.",
	Severity: audit.Medium,
	Area:     audit.AreaPrivilege,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "least privilege"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|rolesOf) {
			return
		}
		var unknown []string
		for _, p := range principals(a, r) {
			if made := createdOf(p.entity); !made.IsZero() && a.Ago(made) <= a.Settings.RoleUnusedDays {
				continue // it may not have had the occasion yet
			}
			if len(p.allows) == 0 {
				continue
			}
			switch use, ok := usage(a, &p); {
			case !ok:
				unknown = append(unknown, p.label)
			case use.wasteful(a.Settings.OverPermissivePercent):
				r.Found("", use.finding(&p))
			}
		}
		if len(unknown) > 0 {
			r.NotAssessed("all that is used of what they may by "+and(unknown), "aws iam generate-service-last-accessed-details --granularity ACTION_LEVEL --arn ARN")
		}
	},
}

func createdOf(e directory.Entity) time.Time {
	switch e := e.(type) {
	case *directory.User:
		return e.Created
	case *directory.Role:
		return e.Created
	}
	return time.Time{}
}

// granted is what a principal may do and did: what is counted, "services" or "actions", and by what it is known.
type granted struct {
	of           string
	used, unused []string
	source       string
}

// wasteful reports whether less than percent of it was used. Fewer than five are too few to say so.
func (g *granted) wasteful(percent int) bool {
	const few = 5
	all := len(g.used) + len(g.unused)
	return all >= few && 100*len(g.used) < percent*all
}

func (g *granted) finding(p *principal) audit.Finding {
	return audit.Finding{
		Resource: p.ARN,
		Title:    fmt.Sprintf("%s used %d of the %d %s that it may", title(p.label), len(g.used), len(g.used)+len(g.unused), g.of),
		Evidence: []audit.Evidence{
			{Text: g.source},
			{Text: "used: " + orNothing(g.used)}, {Text: "not used: " + strings.Join(g.unused, ", ")},
		},
		Remedy: audit.Remedy{
			Text:    "Write a policy that allows what was used, see with the trail that no call would have failed, and put it in the place of what there is.",
			Command: audit.Command("warder", "audit", "generate-policy", p.ARN, "--trail", "TRAIL"),
		},
	}
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}

// usage counts by the last accessed details, or else by the trail. ok is false where neither tells enough.
func usage(a *audit.Account, p *principal) (g granted, ok bool) {
	if last := a.Evidence.LastAccessed[p.ARN]; last != nil && !last.Truncated {
		return byServices(a, last), true
	}
	activity := a.Activity()
	if activity == nil || activity.Unread > 0 || audit.Days(activity.From, activity.To) < a.Settings.RoleUnusedDays {
		return granted{}, false
	}
	return byTrail(a, p, activity), true
}

// byServices counts services: AWS tells of each whether it was used in the tracking period of 400 days, of actions only some.
func byServices(a *audit.Account, last *awsimport.LastAccessed) granted {
	g := granted{of: "services", source: "the last accessed details"}
	if !last.Made.IsZero() {
		g.source += " of " + last.Made.Format("2006-01-02")
	}
	for _, s := range last.Services {
		if s.Last.IsZero() || a.Ago(s.Last) > a.Settings.RoleUnusedDays {
			g.unused = append(g.unused, s.Service)
		} else {
			g.used = append(g.used, s.Service)
		}
	}
	g.source += fmt.Sprintf(" tell of each service whether it was used within %d days", a.Settings.RoleUnusedDays)
	return g
}

// byTrail counts the services that the Allow statements name against those that the trail has. What a trail may leave out,
// since it is about data, is not counted: there is no evidence of it.
func byTrail(a *audit.Account, p *principal, activity *audit.Activity) granted {
	may := map[string]bool{}
	cat := a.Bundle.Snapshot.Library().Catalog()
	for _, st := range p.allows {
		for _, v := range st.Action {
			service, _, ok := strings.Cut(strings.ToLower(v.Text), ":")
			if ok && service != "*" {
				may[service] = true
			}
		}
		if wide := slices.ContainsFunc(texts(st.Action), func(s string) bool { return strings.Trim(s, "*:") == "" }); wide || st.NotAction != nil {
			for s := range cat.Services() {
				may[s.Prefix] = true
			}
		}
	}
	did := map[string]bool{}
	if own := activity.Principal(p.ARN); own != nil {
		for _, u := range own.Uses {
			did[u.Service] = did[u.Service] || u.Outcome != audit.Denied
		}
	}
	g := granted{
		of: "services", source: fmt.Sprintf("the trail from %s to %s; services whose calls trails may leave out are not counted",
			activity.From.Format("2006-01-02"), activity.To.Format("2006-01-02")),
	}
	for _, service := range slices.Sorted(maps.Keys(may)) {
		switch {
		case did[service]:
			g.used = append(g.used, service)
		case !slices.Contains(untold, service):
			g.unused = append(g.unused, service)
		}
	}
	return g
}

// untold are services whose use a trail may not show: it is in data events alone, which most trails do not record, or stands
// there under another name than that of the actions. Source: CloudTrail User Guide, logging data events.
var untold = []string{
	"s3", "s3-object-lambda", "s3express", "dynamodb", "lambda", "sqs", "sns", "kinesis", "kinesisvideo", "logs", "cloudwatch", "execute-api", "iot", "kms",
	"cognito-identity", "cognito-sync", "appsync", "bedrock", "rds-data", "timestream", "ses", "xray", "ssmmessages", "ec2messages", "mobiletargeting",
	"sagemaker", "codewhisperer", "aps", "comprehend", "qbusiness", "verifiedpermissions", "workmailmessageflow", "firehose", "autoscaling-plans",
	"application-autoscaling", "tag", "aws-marketplace", "billing", "payments", "consolidatedbilling", "tax", "support", "sts",
}
