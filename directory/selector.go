package directory

import (
	"slices"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/trail"
)

// DecisionResource is the resource type of Warder's data events, the decisions of its authorization API. Their ARNs are
// those of the principals that decisions were about.
const DecisionResource = "Warder::Authorization::Decision"

// The values of trail.Event.EventCategory and of the field eventCategory.
const (
	categoryManagement = "Management"
	categoryData       = "Data"
)

// globalSources are the services that have no region, whose events are the global service events.
var globalSources = []string{"iam.amazonaws.com", "sts.amazonaws.com"}

// Selects reports whether the trail delivers the event while it is logging: whether the event is of a region that the trail
// covers, and its event selectors choose it. The event belongs to the trail's account.
func (t *Trail) Selects(e *trail.Event) bool {
	source, insight := e.EventSource, e.Insight()
	if insight != nil {
		source = insight.EventSource
	}
	if slices.Contains(globalSources, source) {
		if !t.GlobalEvents {
			return false
		}
	} else if !t.MultiRegion && e.AWSRegion != t.Region {
		return false
	}
	if insight != nil {
		return slices.Contains(t.Insights, insight.Type)
	}
	if len(t.Selectors) == 0 && len(t.Advanced) == 0 {
		return e.EventCategory == categoryManagement
	}
	return slices.ContainsFunc(t.Selectors, func(s EventSelector) bool { return s.selects(e) }) ||
		slices.ContainsFunc(t.Advanced, func(s AdvancedEventSelector) bool { return s.selects(e) })
}

func (s *EventSelector) selects(e *trail.Event) bool {
	if s.ReadWrite == ReadOnlyEvents && !e.ReadOnly || s.ReadWrite == WriteOnlyEvents && e.ReadOnly {
		return false
	}
	switch e.EventCategory {
	case categoryManagement:
		return s.Management && !slices.Contains(s.Excluded, e.EventSource)
	case categoryData:
		return slices.ContainsFunc(s.Data, func(d DataResource) bool { return d.selects(e) })
	}
	return false
}

func (d *DataResource) selects(e *trail.Event) bool {
	return slices.ContainsFunc(e.Resources, func(r trail.Resource) bool {
		return r.Type == d.Type && slices.ContainsFunc(d.Values, func(v string) bool { return strings.HasPrefix(r.ARN, v) })
	})
}

func (s *AdvancedEventSelector) selects(e *trail.Event) bool {
	return !slices.ContainsFunc(s.Fields, func(f FieldSelector) bool { return !f.selects(e) })
}

// selects: the field has a value that one of the selecting operators names, where there are such operators, and none that
// a deselecting one names. A field that the event lacks is selected by none and deselected by none.
func (f *FieldSelector) selects(e *trail.Event) bool {
	values := fieldOf(e, f.Field)
	selecting := len(f.Equals)+len(f.StartsWith)+len(f.EndsWith) > 0
	if selecting && !slices.ContainsFunc(values, func(v string) bool { return matchesAny(v, f.Equals, f.StartsWith, f.EndsWith) }) {
		return false
	}
	return !slices.ContainsFunc(values, func(v string) bool { return matchesAny(v, f.NotEquals, f.NotStartsWith, f.NotEndsWith) })
}

// matchesAny reports whether a value is one of the texts, or begins or ends with one.
func matchesAny(value string, equal, start, end []string) bool {
	return slices.Contains(equal, value) ||
		slices.ContainsFunc(start, func(s string) bool { return strings.HasPrefix(value, s) }) ||
		slices.ContainsFunc(end, func(s string) bool { return strings.HasSuffix(value, s) })
}

// fieldOf gives the values of a field of the event as advanced event selectors name it.
func fieldOf(e *trail.Event, field string) []string {
	switch field {
	case "eventCategory":
		return []string{e.EventCategory}
	case "eventName":
		return []string{e.EventName}
	case "eventSource":
		return []string{e.EventSource}
	case "eventType":
		return []string{e.EventType}
	case "readOnly":
		return []string{strconv.FormatBool(e.ReadOnly)}
	case "errorCode":
		return optional(e.ErrorCode)
	case "sessionCredentialFromConsole":
		return optional(e.SessionCredentialFromConsole)
	case "userIdentity.arn":
		return optional(e.UserIdentity.ARN)
	case "resources.type":
		return resourceField(e, func(r *trail.Resource) string { return r.Type })
	case "resources.ARN":
		return resourceField(e, func(r *trail.Resource) string { return r.ARN })
	}
	return nil
}

// optional is the one value of a field that may be absent.
func optional(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

func resourceField(e *trail.Event, get func(*trail.Resource) string) []string {
	var values []string
	for i := range e.Resources {
		values = append(values, optional(get(&e.Resources[i]))...)
	}
	return values
}

// ChoosesManagement reports whether the trail has selectors that may choose management events at all.
func (t *Trail) ChoosesManagement() bool {
	return len(t.Selectors) == 0 && len(t.Advanced) == 0 ||
		slices.ContainsFunc(t.Selectors, func(s EventSelector) bool { return s.Management }) ||
		slices.ContainsFunc(t.Advanced, func(s AdvancedEventSelector) bool { return s.mayChoose(categoryManagement) })
}

// Selects reports whether a trail of the account that is logging selects the event.
func (a *Account) Selects(e *trail.Event) bool {
	for t := range a.Trails() {
		if t.Logging && t.Selects(e) {
			return true
		}
	}
	return false
}

// ChoosesData reports whether a trail of the account that is logging has selectors that may choose data events at all.
func (a *Account) ChoosesData() bool {
	for t := range a.Trails() {
		if t.Logging && t.ChoosesData() {
			return true
		}
	}
	return false
}

// ChoosesData reports whether the trail has selectors that may choose data events at all.
func (t *Trail) ChoosesData() bool {
	return slices.ContainsFunc(t.Selectors, func(s EventSelector) bool { return len(s.Data) > 0 }) ||
		slices.ContainsFunc(t.Advanced, func(s AdvancedEventSelector) bool { return s.mayChoose(categoryData) })
}

// mayChoose reports whether the selector chooses events of a category, whatever else it asks for.
func (s *AdvancedEventSelector) mayChoose(category string) bool {
	e := &trail.Event{EventCategory: category}
	return !slices.ContainsFunc(s.Fields, func(f FieldSelector) bool { return f.Field == "eventCategory" && !f.selects(e) })
}
