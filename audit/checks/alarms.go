package checks

import (
	"maps"
	"slices"
	"strings"

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
		watches, gaps := watching(a)
		for _, topic := range alarmTopics() {
			missed := topic.missed(watches)
			if len(missed) == 0 {
				continue
			}
			for _, g := range gaps {
				r.NotAssessed(g.Missing, g.Get)
			}
			if len(gaps) == 0 {
				noAlarm(a, r, &topic, missed, watches)
			}
		}
	},
}

// watch is a metric filter, and why nobody hears of what it finds: "" if somebody does.
type watch struct {
	name    string
	matches filterPattern
	unheard string
}

// watching are the metric filters of the accounts with log groups that the account's trails write to. With gaps there
// may be more of them, or one is not understood: what they do not match is not known to be missed then.
func watching(a *audit.Account) (watches []watch, gaps []audit.Gap) {
	groups := logGroups(a)
	for _, account := range slices.Sorted(maps.Keys(groups)) {
		e := a.Bundle.Accounts[account]
		if e == nil {
			e = &awsimport.Evidence{Account: account}
		}
		for _, k := range []struct {
			kind awsimport.Kind
			get  string
		}{{awsimport.KindMetricFilters, getFilters}, {awsimport.KindAlarms, getAlarms}} {
			if e.Extent(k.kind) != awsimport.Complete {
				gaps = append(gaps, audit.Gap{Missing: "all " + string(k.kind) + " of account " + account, Get: k.get})
			}
		}
		for i := range e.MetricFilters {
			f := &e.MetricFilters[i]
			w := watch{name: f.Name, unheard: unheard(e, f, groups[account])}
			var err error
			if w.matches, err = parseFilterPattern(f.Pattern); err != nil && w.unheard == "" {
				gaps = append(gaps, audit.Gap{Missing: "what metric filter " + f.Name + " matches, whose pattern is not understood: " + err.Error()})
			} else if err == nil {
				watches = append(watches, w)
			}
		}
	}
	return watches, gaps
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
	parts := strings.Split(t.LogGroupARN, ":")
	if len(parts) < 7 || parts[5] != "log-group" {
		return "", ""
	}
	return parts[4], parts[6]
}

// unheard says why nobody hears of what a filter finds; "" if somebody does.
func unheard(e *awsimport.Evidence, f *awsimport.MetricFilter, groups []string) string {
	if !slices.Contains(groups, f.LogGroup) {
		return "is on log group " + f.LogGroup + ", to which no trail writes that is on"
	}
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

// missed are the samples of which nobody hears.
func (t *alarmTopic) missed(watches []watch) []occurrence {
	return slices.DeleteFunc(slices.Clone(t.samples), func(s occurrence) bool {
		return slices.ContainsFunc(watches, func(w watch) bool { return w.unheard == "" && s.matched(w.matches) })
	})
}

func (s *occurrence) matched(by filterPattern) bool {
	r, err := newRecord(s.record)
	return err == nil && by(r)
}

// silence says what nobody hears of, and why.
func silence(a *audit.Account, missed []occurrence, watches []watch) []audit.Evidence {
	names := make([]string, 0, len(missed))
	for _, s := range missed {
		names = append(names, s.name)
	}
	evidence := []audit.Evidence{fact("nothing is told of %s", strings.Join(names, ", "))}
	if len(logGroups(a)) == 0 {
		evidence = append(evidence, fact("no trail that is on writes to a log group"))
	}
	for _, w := range watches {
		if w.unheard != "" && slices.ContainsFunc(missed, func(s occurrence) bool { return s.matched(w.matches) }) {
			evidence = append(evidence, fact("metric filter %s %s", w.name, w.unheard))
		}
	}
	return evidence
}

func noAlarm(a *audit.Account, r *audit.Reporter, t *alarmTopic, missed []occurrence, watches []watch) {
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
		Evidence: few(silence(a, missed, watches)),
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
