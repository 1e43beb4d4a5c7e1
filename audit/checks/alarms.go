package checks

import (
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var alarms = audit.Check{
	ID:       "alarms",
	Title:    "Alarms tell of what attackers do first",
	Why:      "A record that nobody reads helps to explain a break-in, not to stop it.",
	Severity: audit.Medium,
	Area:     audit.AreaVisibility,
	References: slices.Concat(cis("4.1", "5.1"), cis("4.2", "5.2"), cis("4.3", "5.3"), cis("4.4", "5.4"), cis("4.5", "5.5"), cis("4.6", "5.6"), cis("4.7", "5.7"),
		hub("CloudWatch.1", "CloudWatch.2", "CloudWatch.3", "CloudWatch.4", "CloudWatch.5", "CloudWatch.6", "CloudWatch.7"), practice("watch")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		if a.Evidence.Extent(awsimport.KindTrails) != awsimport.Complete {
			r.NotAssessed("all trails", getTrails)
			return
		}
		filters, notes, known := watching(a, r)
		for _, topic := range alarmTopics() {
			if missed := topic.missed(filters); len(missed) > 0 && known {
				noAlarm(a, r, &topic, missed, notes)
			}
		}
	},
}

// watching are the filters that make somebody notice: on a log group that a trail of the account writes to, and with an
// alarm on their metric that goes somewhere. notes say why others do not; known is false where there may be more.
func watching(a *audit.Account, r *audit.Reporter) (filters []filterPattern, notes []audit.Evidence, known bool) {
	groups := logGroups(a)
	if len(groups) == 0 {
		return nil, []audit.Evidence{fact("no trail that is on writes to a log group")}, true
	}
	known = true
	for _, account := range slices.Sorted(maps.Keys(groups)) {
		e := a.Bundle.Accounts[account]
		if e == nil {
			e = &awsimport.Evidence{Account: account}
		}
		known = asked(r, e, awsimport.KindMetricFilters, getFilters) && known
		known = asked(r, e, awsimport.KindAlarms, getAlarms) && known
		for i := range e.MetricFilters {
			f := &e.MetricFilters[i]
			pattern, why := heard(e, f, groups[account])
			if why != "" {
				notes = append(notes, fact("metric filter %s %s", f.Name, why))
			} else {
				filters = append(filters, pattern)
			}
		}
	}
	return filters, notes, known
}

// asked reports whether all of a kind is there; if not, that is a gap.
func asked(r *audit.Reporter, e *awsimport.Evidence, k awsimport.Kind, get string) bool {
	if e.Extent(k) == awsimport.Complete {
		return true
	}
	r.NotAssessed("all "+string(k)+" of account "+e.Account, get)
	return false
}

// logGroups are those that the trails write to which are on, by account: the trail of an organization writes to one of the
// account that made it.
func logGroups(a *audit.Account) map[string][]string {
	groups := map[string][]string{}
	for i := range a.Evidence.Trails {
		t := &a.Evidence.Trails[i]
		account, name := logGroup(t)
		if name != "" && (t.Logging == nil || *t.Logging) {
			groups[account] = append(groups[account], name)
		}
	}
	return groups
}

// logGroup is the account and name in arn:aws:logs:us-east-1:111122223333:log-group:NAME:*.
func logGroup(t *awsimport.Trail) (account, name string) {
	parsed, err := arn.Parse(t.LogGroupARN)
	if err != nil {
		return "", ""
	}
	return parsed.Account, strings.TrimSuffix(strings.TrimPrefix(parsed.Resource, "log-group:"), ":*")
}

// heard reads a filter's pattern, and says why nobody hears of what it finds; why is "" if somebody does.
func heard(e *awsimport.Evidence, f *awsimport.MetricFilter, groups []string) (pattern filterPattern, why string) {
	pattern, err := parseFilterPattern(f.Pattern)
	switch {
	case err != nil:
		return nil, "is not understood: " + err.Error()
	case !slices.Contains(groups, f.LogGroup):
		return nil, "is on log group " + f.LogGroup + ", to which no trail writes that is on"
	}
	return pattern, unheard(e, f)
}

// unheard says why nobody hears of what a filter finds; "" if somebody does.
func unheard(e *awsimport.Evidence, f *awsimport.MetricFilter) string {
	why := "has no alarm on its metric"
	for _, alarm := range e.Alarms {
		if !slices.Contains(f.Metrics, awsimport.Metric{Namespace: alarm.Namespace, Name: alarm.Metric}) {
			continue
		}
		switch {
		case !alarm.Enabled:
			why = "has alarm " + alarm.Name + ", whose actions are switched off"
		case len(alarm.Actions) == 0:
			why = "has alarm " + alarm.Name + ", which goes to nobody"
		default:
			return ""
		}
	}
	return why
}

// missed are the samples that none of the filters matches.
func (t *alarmTopic) missed(filters []filterPattern) []string {
	var names []string
	for _, s := range t.samples {
		r, err := newRecord(s.record)
		if err != nil || !slices.ContainsFunc(filters, func(f filterPattern) bool { return f(r) }) {
			names = append(names, s.name)
		}
	}
	return names
}

func noAlarm(a *audit.Account, r *audit.Reporter, t *alarmTopic, missed []string, notes []audit.Evidence) {
	group := "LOG_GROUP"
	for i := range a.Evidence.Trails {
		if _, name := logGroup(&a.Evidence.Trails[i]); name != "" {
			group = name
			break
		}
	}
	title := "No alarm tells of " + t.name
	if len(missed) < len(t.samples) {
		title = "Alarms tell of only some " + t.name
	}
	r.FoundAs(t.severity, t.id, audit.Finding{
		Title:    title,
		Evidence: few(append([]audit.Evidence{fact("nothing is told of %s", strings.Join(missed, ", "))}, notes...)),
		Remedy: audit.Remedy{
			Text: "Make a metric filter on the trail's log group, and an alarm on its metric that goes to people.",
			Command: audit.Command("aws", "logs", "put-metric-filter", "--log-group-name", group, "--filter-name", t.id, "--filter-pattern", t.pattern,
				"--metric-transformations", "metricName="+t.id+",metricNamespace=Audit,metricValue=1") + "\n" +
				audit.Command("aws", "cloudwatch", "put-metric-alarm", "--alarm-name", t.id, "--metric-name", t.id, "--namespace", "Audit", "--statistic", "Sum", "--period", "300",
					"--evaluation-periods", "1", "--threshold", "1", "--comparison-operator", "GreaterThanOrEqualToThreshold", "--alarm-actions", "TOPIC_ARN"),
		},
		References: t.references,
	})
}
