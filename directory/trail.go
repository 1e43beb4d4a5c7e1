package directory

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/trail"
)

// Trail delivers the account's events to a bucket of the object storage. The log that it reads from is kept whether or not
// there is a trail.
type Trail struct {
	ID string `json:"id"` // Warder's own; a trail that was deleted and made again has another
	// Name is the trail's in its account. Its case matters.
	Name    string    `json:"name"`
	Region  string    `json:"region"` // home region: that of its ARN, its folders and its digests
	Created time.Time `json:"created"`
	Bucket  string    `json:"bucket"`
	Prefix  string    `json:"prefix,omitempty"` // of the objects' names, without a slash at its end
	// GlobalEvents includes the events of services that have no region: IAM and STS.
	GlobalEvents bool `json:"globalEvents,omitempty"`
	// MultiRegion includes the events of all regions, not of the home region alone.
	MultiRegion bool `json:"multiRegion,omitempty"`
	// Validation delivers signed digests of the log files.
	Validation bool `json:"validation,omitempty"`
	// Selectors choose the events; a trail with neither these nor Advanced has all management events and no data events.
	// There are never both.
	Selectors []EventSelector         `json:"selectors,omitempty"`
	Advanced  []AdvancedEventSelector `json:"advanced,omitempty"`
	// Insights are the types of Insights that the trail has too, in the order of trail.InsightTypes.
	Insights []trail.InsightType `json:"insights,omitempty"`
	// Chosen is when what Selects says last changed, in whole seconds; zero where it never did.
	Chosen time.Time `json:"chosen,omitzero"`
	Tags   []Tag     `json:"tags,omitempty"`
	// Logging: events are delivered. Started and Stopped are when that last began and ended; zero where it never did.
	Logging bool      `json:"logging,omitempty"`
	Started time.Time `json:"started,omitzero"`
	Stopped time.Time `json:"stopped,omitzero"`
}

// EventSelector is what CloudTrail calls a basic event selector.
type EventSelector struct {
	// ReadWrite is ReadOnly, WriteOnly or All.
	ReadWrite string `json:"readWrite"`
	// Management includes management events, except those of the event sources in Excluded.
	Management bool           `json:"management,omitempty"`
	Excluded   []string       `json:"excluded,omitempty"`
	Data       []DataResource `json:"data,omitempty"`
}

// DataResource chooses data events about resources of one type whose ARNs begin with one of Values.
type DataResource struct {
	Type   string   `json:"type"`
	Values []string `json:"values,omitempty"`
}

// AdvancedEventSelector chooses the events that all its fields choose.
type AdvancedEventSelector struct {
	Name   string          `json:"name,omitempty"`
	Fields []FieldSelector `json:"fields"`
}

// FieldSelector compares a member of an event, "eventName" or "resources.ARN", with texts.
type FieldSelector struct {
	Field         string   `json:"field"`
	Equals        []string `json:"equals,omitempty"`
	StartsWith    []string `json:"startsWith,omitempty"`
	EndsWith      []string `json:"endsWith,omitempty"`
	NotEquals     []string `json:"notEquals,omitempty"`
	NotStartsWith []string `json:"notStartsWith,omitempty"`
	NotEndsWith   []string `json:"notEndsWith,omitempty"`
}

// The values of EventSelector.ReadWrite.
const (
	ReadOnlyEvents  = "ReadOnly"
	WriteOnlyEvents = "WriteOnly"
	AllEvents       = "All"
)

func (*Trail) entity() {}

// Key gives "trail/…".
func (t *Trail) Key() string { return "trail/" + t.ID }

func (t *Trail) id() string   { return t.ID }
func (t *Trail) name() string { return t.Name }

// Clone makes a copy that may be modified. Of the selectors a copy of the list: they are replaced as wholes.
func (t *Trail) Clone() *Trail {
	c := *t
	c.Selectors = slices.Clone(t.Selectors)
	c.Advanced = slices.Clone(t.Advanced)
	c.Insights = slices.Clone(t.Insights)
	c.Tags = slices.Clone(t.Tags)
	return &c
}

// Trail by its name, in exactly that case, or nil.
func (a *Account) Trail(name string) *Trail {
	for t := range named[*Trail](&a.trails, name) {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// TrailByARN gives the trail of this account with just this ARN, or nil.
func (a *Account) TrailByARN(arn string) *Trail {
	t := a.Trail(arn[strings.LastIndexByte(arn, '/')+1:])
	if t == nil || a.ARN(t) != arn {
		return nil
	}
	return t
}

// TrailByID gives the trail with that id, or nil.
func (a *Account) TrailByID(id string) *Trail { return valueOf[*Trail](&a.trails.ids, id) }

// Trails in order of their lower-cased names.
func (a *Account) Trails() iter.Seq[*Trail] { return allOf[*Trail](&a.trails) }

// TrailCount is the number of the account's trails.
func (a *Account) TrailCount() int { return a.trails.len() }

// TrailARN is the ARN of the account's trail with that home region and name, whether there is one or not.
func (a *Account) TrailARN(region, name string) string {
	return a.Names().Of("cloudtrail", region, "trail/"+name).String()
}
