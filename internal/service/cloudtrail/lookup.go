package cloudtrail

import (
	"crypto/x509"
	"errors"
	"strconv"

	api "github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

// insightCategory asks for Insights events.
const insightCategory = "insight"

// lookupEvents finds management events of the account, or its Insights, of every region, newest first. It reads the log, whatever trails
// there are; how far back that goes is the log's retention.
func (ct *Service) lookupEvents(c *server.Call, in *api.LookupEventsInput) (*api.LookupEventsOutput, error) {
	q := trailstore.Query{Account: c.Caller.Account}
	switch {
	case len(in.LookupAttributes) > 1:
		return nil, api.InvalidLookupAttributesException.New("A lookup has one attribute at most, and this one has %d.", len(in.LookupAttributes))
	case len(in.LookupAttributes) == 1:
		q.Attribute, q.Value = trail.Attribute(in.LookupAttributes[0].AttributeKey), in.LookupAttributes[0].AttributeValue
	}
	set(&q.Start, in.StartTime)
	set(&q.End, in.EndTime)
	if in.StartTime != nil && in.EndTime != nil && in.EndTime.Before(*in.StartTime) {
		return nil, api.InvalidTimeRangeException.New("The end time %s is before the start time %s.", timeText(q.End), timeText(q.Start))
	}
	if in.MaxResults != nil {
		q.Limit = int(*in.MaxResults)
	}
	set(&q.Cursor, in.NextToken)
	if in.NextToken != nil && q.Cursor == "" {
		return nil, badCursor()
	}
	q.Insights = in.EventCategory != nil && *in.EventCategory == insightCategory
	page, err := ct.Events.Lookup(c.Context(), q)
	if errors.Is(err, trailstore.ErrCursor) {
		return nil, badCursor()
	}
	if err != nil {
		return nil, err
	}
	out := &api.LookupEventsOutput{Events: make([]api.Event, 0, len(page.Records))}
	for _, r := range page.Records {
		out.Events = append(out.Events, showEvent(r))
	}
	if page.Next != "" {
		out.NextToken = &page.Next
	}
	return out, nil
}

func badCursor() error {
	return api.InvalidNextTokenException.New("The token is not one that this operation gave for these parameters.")
}

// showEvent is a record as LookupEvents tells of it; CloudTrailEvent is the record itself.
func showEvent(r trailstore.Record) api.Event {
	e := r.Event
	source, name := e.Operation()
	shown := api.Event{
		EventId: &e.EventID, EventName: &name, EventTime: &e.EventTime, EventSource: &source, CloudTrailEvent: new(string(r.Line)), Resources: []api.Resource{},
	}
	if !e.IsInsight() { // who called is told in its attributions
		shown.ReadOnly = new(strconv.FormatBool(e.ReadOnly))
	}
	if e.UserIdentity.AccessKeyID != "" {
		shown.AccessKeyId = &e.UserIdentity.AccessKeyID
	}
	if name := e.Username(); name != "" {
		shown.Username = &name
	}
	for _, ref := range e.References() {
		resource := api.Resource{ResourceName: &ref.Name}
		if ref.Type != "" {
			resource.ResourceType = &ref.Type
		}
		shown.Resources = append(shown.Resources, resource)
	}
	return shown
}

// listPublicKeys gives the keys that signed digests in a time; without one, the key that signs now.
func (ct *Service) listPublicKeys(c *server.Call, in *api.ListPublicKeysInput) (*api.ListPublicKeysOutput, error) {
	if in.NextToken != nil {
		return nil, noToken()
	}
	from, to := c.Time(), c.Time()
	set(&from, in.StartTime)
	set(&to, in.EndTime)
	if to.Before(from) {
		return nil, api.InvalidTimeRangeException.New("The end time %s is before the start time %s; each is the present where it is not given.", timeText(to), timeText(from))
	}
	keys, err := ct.Keys.DigestKeys(c.Context(), from, to)
	if err != nil {
		return nil, err
	}
	out := &api.ListPublicKeysOutput{PublicKeyList: make([]api.PublicKey, 0, len(keys))}
	for _, k := range keys {
		out.PublicKeyList = append(out.PublicKeyList, api.PublicKey{
			Value: x509.MarshalPKCS1PublicKey(k.PublicKey), ValidityStartTime: &k.Start, ValidityEndTime: &k.End, Fingerprint: &k.Fingerprint,
		})
	}
	return out, nil
}
