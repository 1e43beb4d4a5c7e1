package trail

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
)

// TypeInsight: calls were unusually many, or failed unusually often.
const TypeInsight = "AwsCloudTrailInsight"

// insightCategory is the category of such records.
const insightCategory = "Insight"

// InsightType is what is unusual.
type InsightType string

// The types of Insights, all there are.
const (
	// CallRate: an operation that changes something is called unusually often.
	CallRate InsightType = "ApiCallRateInsight"
	// ErrorRate: an operation fails unusually often with one error.
	ErrorRate InsightType = "ApiErrorRateInsight"
)

// InsightTypes lists them.
func InsightTypes() []InsightType { return []InsightType{CallRate, ErrorRate} }

// The states of an Insight.
const (
	InsightStart = "Start"
	InsightEnd   = "End"
)

// Insight is the member insightDetails of a record of TypeInsight. A start and its end share their sharedEventID. Source: the
// CloudTrail user guide, "CloudTrail record contents for Insights events for trails".
type Insight struct {
	State       string         `json:"state"`       // InsightStart or InsightEnd
	EventSource string         `json:"eventSource"` // of the calls
	EventName   string         `json:"eventName"`
	Type        InsightType    `json:"insightType"`
	ErrorCode   string         `json:"errorCode,omitempty"` // of ErrorRate
	Context     InsightContext `json:"insightContext"`
}

// InsightContext is what the calls were compared with, and who made them.
type InsightContext struct {
	Statistics   InsightStatistics    `json:"statistics"`
	Attributions []InsightAttribution `json:"attributions,omitempty"`
}

// InsightStatistics are calls a minute, and the minutes that they are the average of.
type InsightStatistics struct {
	Baseline         InsightAverage `json:"baseline"`
	Insight          InsightAverage `json:"insight"`
	InsightDuration  float64        `json:"insightDuration"`
	BaselineDuration float64        `json:"baselineDuration"`
}

// InsightAverage is calls a minute.
type InsightAverage struct {
	Average float64 `json:"average"`
}

// InsightAttribution tells which callers, programs or errors the calls had in unusual and in usual minutes, the most first.
type InsightAttribution struct {
	Attribute string         `json:"attribute"` // "userIdentityArn", "userAgent", "errorCode"
	Insight   []InsightValue `json:"insight"`
	Baseline  []InsightValue `json:"baseline"`
}

// InsightValue is a value and the calls a minute that had it.
type InsightValue struct {
	Value   string  `json:"value"`
	Average float64 `json:"average"`
}

// InsightEvent is the record of an insight. id is a new unique one, shared that of its start and of its end.
func InsightEvent(id, shared, account, region string, at time.Time, i *Insight) (*Event, error) {
	details, err := json.Marshal(i)
	if err != nil {
		return nil, fmt.Errorf("trail: an insight cannot be written: %w", err)
	}
	return &Event{
		EventVersion:       EventVersion,
		EventTime:          at.UTC().Truncate(time.Second),
		AWSRegion:          region,
		EventID:            id,
		EventType:          TypeInsight,
		RecipientAccountID: account,
		SharedEventID:      shared,
		InsightDetails:     details,
		EventCategory:      insightCategory,
	}, nil
}

// IsInsight tells whether the event tells of unusual activity and not of a call.
func (e *Event) IsInsight() bool { return e.EventCategory == insightCategory }

// Insight reads InsightDetails; nil where the event has none that can be read.
func (e *Event) Insight() *Insight {
	i := new(Insight)
	if !e.IsInsight() || jsonv2.Unmarshal(e.InsightDetails, i) != nil {
		return nil
	}
	return i
}

// Operation is what was called, or, of an insight, what is called unusually often: its event source and name.
func (e *Event) Operation() (source, name string) {
	source, name = e.EventSource, e.EventName
	if i := e.Insight(); i != nil {
		source, name = cmp.Or(source, i.EventSource), cmp.Or(name, i.EventName)
	}
	return source, name
}

// insightRecord is what a record of TypeInsight has, in CloudTrail's order: nobody called.
type insightRecord struct {
	EventVersion       string          `json:"eventVersion"`
	EventTime          time.Time       `json:"eventTime"`
	AWSRegion          string          `json:"awsRegion"`
	EventID            string          `json:"eventID"`
	EventType          string          `json:"eventType"`
	RecipientAccountID string          `json:"recipientAccountId"`
	SharedEventID      string          `json:"sharedEventID,omitempty"`
	InsightDetails     json.RawMessage `json:"insightDetails"`
	EventCategory      string          `json:"eventCategory"`
}

func (e *Event) asInsight() *insightRecord {
	return &insightRecord{
		EventVersion: e.EventVersion, EventTime: e.EventTime, AWSRegion: e.AWSRegion, EventID: e.EventID, EventType: e.EventType,
		RecipientAccountID: e.RecipientAccountID, SharedEventID: e.SharedEventID, InsightDetails: e.InsightDetails, EventCategory: e.EventCategory,
	}
}
