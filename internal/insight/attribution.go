package insight

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/warder-iam/warder/trail"
)

const (
	// shown is how many values of an attribute an insight tells, kept how many are counted, maxValue the most bytes of one.
	shown, kept, maxValue = 5, 20, 256
	// noError stands for the error code of calls that succeeded, as in CloudTrail.
	noError = "null"
)

// attributions are the values that calls had, and how many had each.
type attributions struct {
	callers, agents, errors counts
}

type counts map[string]int

// add counts an event. Of failures the code is the same for all.
func (a *attributions) add(kind trail.InsightType, e *trail.Event) {
	a.callers.add(callerOf(e), 1)
	a.agents.add(e.UserAgent, 1)
	if kind == trail.CallRate {
		a.errors.add(cmp.Or(e.ErrorCode, noError), 1)
	}
}

// callerOf is who called: of a session of a role the role's sessions all together.
func callerOf(e *trail.Event) string {
	who := cmp.Or(e.Caller(), e.UserIdentity.Type)
	if head, rest, ok := strings.Cut(who, ":assumed-role/"); ok {
		role, _, _ := strings.Cut(rest, "/")
		return head + ":assumed-role/" + role
	}
	return who
}

// add counts a value n times. Where there are too many, that with the fewest gives way to one with more.
func (c *counts) add(value string, n int) {
	if value == "" || n <= 0 {
		return
	}
	if len(value) > maxValue {
		value = strings.ToValidUTF8(value[:maxValue], "")
	}
	if _, known := (*c)[value]; known {
		(*c)[value] += n
		return
	}
	if *c == nil {
		*c = counts{}
	}
	if len(*c) >= kept {
		fewest := c.fewest()
		if (*c)[fewest] > n {
			return
		}
		delete(*c, fewest)
	}
	(*c)[strings.Clone(value)] = n // not a part of its record
}

// fewest is the value of the fewest calls, of several the last by name.
func (c counts) fewest() (found string) {
	least := -1
	for value, n := range c {
		if least < 0 || n < least || n == least && value > found {
			found, least = value, n
		}
	}
	return found
}

// sorted gives the values, those of the most calls first.
func (c counts) sorted() []string {
	return slices.SortedFunc(maps.Keys(c), func(a, b string) int { return cmp.Or(cmp.Compare(c[b], c[a]), cmp.Compare(a, b)) })
}

// merge adds what another one counted.
func (a *attributions) merge(b *attributions) {
	for to, from := range map[*counts]counts{&a.callers: b.callers, &a.agents: b.agents, &a.errors: b.errors} {
		for _, value := range from.sorted() {
			to.add(value, from[value])
		}
	}
}

// averages are the values of the most calls, with their calls a minute.
func (c counts) averages(minutes float64) []trail.InsightValue {
	values := []trail.InsightValue{}
	for _, v := range c.sorted()[:min(len(c), shown)] {
		values = append(values, trail.InsightValue{Value: v, Average: float64(c[v]) / minutes})
	}
	return values
}

// The attributes of an insight, named as in CloudTrail.
const (
	callerAttribute = "userIdentityArn"
	agentAttribute  = "userAgent"
	errorAttribute  = "errorCode"
)

// told are the attributions as a record has them.
func told(now *attributions, minutes float64, before *attributions, baseline float64) (list []trail.InsightAttribution) {
	for _, a := range []struct {
		name        string
		now, before counts
	}{{callerAttribute, now.callers, before.callers}, {agentAttribute, now.agents, before.agents}, {errorAttribute, now.errors, before.errors}} {
		if len(a.now) > 0 {
			list = append(list, trail.InsightAttribution{Attribute: a.name, Insight: a.now.averages(minutes), Baseline: a.before.averages(baseline)})
		}
	}
	return list
}

func insightValues(a *trail.InsightAttribution) []trail.InsightValue  { return a.Insight }
func baselineValues(a *trail.InsightAttribution) []trail.InsightValue { return a.Baseline }

// attributionsOf reads back what told wrote.
func attributionsOf(i *trail.Insight, of func(*trail.InsightAttribution) []trail.InsightValue, minutes float64) (a attributions) {
	for _, attribution := range i.Context.Attributions {
		to := map[string]*counts{callerAttribute: &a.callers, agentAttribute: &a.agents, errorAttribute: &a.errors}[attribution.Attribute]
		if to == nil {
			continue
		}
		for _, v := range of(&attribution) {
			to.add(v.Value, int(v.Average*minutes+0.5))
		}
	}
	return a
}
