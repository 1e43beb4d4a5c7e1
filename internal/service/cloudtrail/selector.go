package cloudtrail

import (
	"regexp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

// Limits of the selectors of one trail. Source: the API reference, PutEventSelectors.
const (
	maxSelectors     = 5
	maxDataResources = 250
	maxConditions    = 500
	// maxSelectorText is Warder's own, in bytes of all texts together: a trail is one record of the store.
	maxSelectorText = 64 << 10
)

// basicTypes are the resource types of data events that basic selectors choose: AWS's, of which Warder has no events, and
// its own.
var basicTypes = []string{"AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::S3::Object", directory.DecisionResource}

// excludable are the sources whose management events a selector may leave out.
var excludable = []string{"kms.amazonaws.com", "rdsdata.amazonaws.com"}

var resourceTypeForm = regexp.MustCompile(`^[A-Za-z0-9]+::[A-Za-z0-9]+::[A-Za-z0-9]+$`)

// everyManagementEvent is what a trail without selectors of its own shows.
var everyManagementEvent = directory.EventSelector{ReadWrite: directory.AllEvents, Management: true}

func invalidSelectors(format string, args ...any) error {
	return api.InvalidEventSelectorsException.New(format, args...)
}

func (ct *Service) putEventSelectors(c *server.Call, in *api.PutEventSelectorsInput) (*api.PutEventSelectorsOutput, error) {
	basic, advanced, err := readSelectors(in)
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.PutEventSelectorsOutput, error) {
		t, err := ct.findTrail(tx.Account(), in.TrailName)
		if err != nil {
			return nil, err
		}
		t = t.Clone()
		t.Selectors, t.Advanced, t.Chosen = basic, advanced, wholeSecond(tx.Now())
		shown := showSelectors(tx.Account(), t)
		return (*api.PutEventSelectorsOutput)(shown), tx.Put(t)
	})
}

func (ct *Service) getEventSelectors(c *server.Call, in *api.GetEventSelectorsInput) (*api.GetEventSelectorsOutput, error) {
	t, err := ct.findTrail(c.Account(), in.TrailName)
	if err != nil {
		return nil, err
	}
	return showSelectors(c.Account(), t), nil
}

// readSelectors checks the selectors of a request. A trail whose one selector is what a trail without any has is one
// without any: AWS too shows it so.
func readSelectors(in *api.PutEventSelectorsInput) ([]directory.EventSelector, []directory.AdvancedEventSelector, error) {
	switch {
	case len(in.EventSelectors) > 0 && len(in.AdvancedEventSelectors) > 0:
		return nil, nil, invalidSelectors("A trail has either event selectors or advanced event selectors, not both.")
	case len(in.EventSelectors) == 0 && len(in.AdvancedEventSelectors) == 0:
		return nil, nil, invalidSelectors("The request has neither event selectors nor advanced event selectors.")
	case len(in.EventSelectors) > maxSelectors:
		return nil, nil, invalidSelectors("A trail has %d event selectors at most, and the request has %d.", maxSelectors, len(in.EventSelectors))
	}
	if len(in.AdvancedEventSelectors) > 0 {
		advanced, err := readAdvanced(in.AdvancedEventSelectors)
		return nil, advanced, err
	}
	basic, err := readBasic(in.EventSelectors)
	if len(basic) == 1 && isDefault(&basic[0]) {
		basic = nil
	}
	return basic, nil, err
}

func isDefault(s *directory.EventSelector) bool {
	return s.ReadWrite == directory.AllEvents && s.Management && len(s.Data) == 0 && len(s.Excluded) == 0
}

func readBasic(given []api.EventSelector) ([]directory.EventSelector, error) {
	var list []directory.EventSelector
	resources, size := 0, 0
	for _, g := range given {
		s := everyManagementEvent
		set(&s.ReadWrite, g.ReadWriteType)
		set(&s.Management, g.IncludeManagementEvents)
		for _, source := range g.ExcludeManagementEventSources {
			if !slices.Contains(excludable, source) {
				return nil, invalidSelectors("Value %.100s for ExcludeManagementEventSources is invalid: it may be %s.", source, strings.Join(excludable, " or "))
			}
			if !slices.Contains(s.Excluded, source) {
				s.Excluded = append(s.Excluded, source)
			}
		}
		for _, d := range g.DataResources {
			data, err := readDataResource(&d)
			if err != nil {
				return nil, err
			}
			resources += len(data.Values)
			size += textSize(data.Values)
			s.Data = append(s.Data, data)
		}
		if !s.Management && len(s.Data) == 0 {
			return nil, invalidSelectors("Invalid combination of parameters in EventSelectors. When includeManagementEvents is false, DataResources must not be empty.")
		}
		list = append(list, s)
	}
	switch {
	case resources > maxDataResources:
		return nil, invalidSelectors("The event selectors of a trail have %d data resources at most, and the request has %d.", maxDataResources, resources)
	case size > maxSelectorText:
		return nil, tooMuchText()
	}
	return list, nil
}

func readDataResource(d *api.DataResource) (directory.DataResource, error) {
	data := directory.DataResource{Values: slices.Clone(d.Values)}
	set(&data.Type, d.Type)
	if !slices.Contains(basicTypes, data.Type) {
		return data, invalidSelectors("Value %.100s for DataResources.Type is invalid: it may be %s. Advanced event selectors choose other types.", data.Type, strings.Join(basicTypes, ", "))
	}
	for _, value := range d.Values {
		if !strings.HasPrefix(value, "arn:") || strings.ContainsAny(value, "*?") {
			return data, invalidSelectors("Value %.300s for DataResources.Values is invalid.", value)
		}
	}
	return data, nil
}

func tooMuchText() error {
	return invalidSelectors("The event selectors have more than %d bytes of text together.", maxSelectorText)
}

func textSize(texts []string) int {
	n := 0
	for _, text := range texts {
		n += len(text)
	}
	return n
}

// showSelectors is the trail's selectors on the wire.
func showSelectors(a *directory.Account, t *directory.Trail) *api.GetEventSelectorsOutput {
	out := &api.GetEventSelectorsOutput{TrailARN: new(a.ARN(t))}
	if len(t.Advanced) > 0 {
		for _, s := range t.Advanced {
			out.AdvancedEventSelectors = append(out.AdvancedEventSelectors, showAdvanced(&s))
		}
		return out
	}
	basic := t.Selectors
	if len(basic) == 0 {
		basic = []directory.EventSelector{everyManagementEvent}
	}
	for _, s := range basic {
		shown := api.EventSelector{
			ReadWriteType: &s.ReadWrite, IncludeManagementEvents: &s.Management, DataResources: []api.DataResource{},
			ExcludeManagementEventSources: append([]string{}, s.Excluded...),
		}
		for _, d := range s.Data {
			shown.DataResources = append(shown.DataResources, api.DataResource{Type: &d.Type, Values: append([]string{}, d.Values...)})
		}
		out.EventSelectors = append(out.EventSelectors, shown)
	}
	return out
}
