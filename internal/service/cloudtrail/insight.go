package cloudtrail

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

func (ct *Service) onGetInsights(c *server.Call, in *api.GetInsightSelectorsInput) authz.Ask {
	return ct.askInsights(c, in.TrailName, in.EventDataStore)
}

func (ct *Service) onPutInsights(c *server.Call, in *api.PutInsightSelectorsInput) authz.Ask {
	return ct.askInsights(c, in.TrailName, in.EventDataStore)
}

// askInsights asks about the trail or, where none is named, the event data store, by its ARN or the id in it.
func (ct *Service) askInsights(c *server.Call, trail, dataStore *string) authz.Ask {
	switch {
	case trail != nil:
		return ct.askTrail(c, *trail)
	case dataStore != nil && strings.HasPrefix(*dataStore, "arn:"):
		return askARN(c, *dataStore)
	case dataStore != nil:
		return askARN(c, c.Account().Names().Of("cloudtrail", ct.Region, "eventdatastore/"+*dataStore).String())
	}
	return ct.askTrail(c, "*")
}

// insightTrail finds the trail that Insights are about.
func (ct *Service) insightTrail(a *directory.Account, trail, dataStore, destination *string) (*directory.Trail, error) {
	switch {
	case trail != nil && (dataStore != nil || destination != nil):
		return nil, api.InvalidParameterCombinationException.New("TrailName can not stand beside EventDataStore or InsightsDestination.")
	case dataStore != nil || destination != nil:
		return nil, api.UnsupportedOperationException.New("Warder has no event data stores.")
	case trail == nil:
		return nil, api.InvalidParameterCombinationException.New("TrailName must be given.")
	}
	return ct.findTrail(a, *trail)
}

func (ct *Service) getInsightSelectors(c *server.Call, in *api.GetInsightSelectorsInput) (*api.GetInsightSelectorsOutput, error) {
	t, err := ct.insightTrail(c.Account(), in.TrailName, in.EventDataStore, nil)
	if err != nil {
		return nil, err
	}
	if len(t.Insights) == 0 {
		return nil, api.InsightNotEnabledException.New("Trail %s does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.", c.Account().ARN(t))
	}
	return &api.GetInsightSelectorsOutput{TrailARN: new(c.Account().ARN(t)), InsightSelectors: showInsights(t)}, nil
}

// putInsightSelectors replaces the types of Insights that a trail has; the empty list is none.
func (ct *Service) putInsightSelectors(c *server.Call, in *api.PutInsightSelectorsInput) (*api.PutInsightSelectorsOutput, error) {
	types, err := readInsights(in.InsightSelectors)
	if err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.PutInsightSelectorsOutput, error) {
		t, err := ct.insightTrail(tx.Account(), in.TrailName, in.EventDataStore, in.InsightsDestination)
		if err != nil {
			return nil, err
		}
		if !t.ChoosesManagement() && len(types) > 0 {
			return nil, invalidInsights("Trail %s chooses no management events, of which Insights are made: choose them by PutEventSelectors first.", tx.Account().ARN(t))
		}
		t = t.Clone()
		t.Insights, t.Chosen = types, wholeSecond(tx.Now())
		return &api.PutInsightSelectorsOutput{TrailARN: new(tx.Account().ARN(t)), InsightSelectors: showInsights(t)}, tx.Put(t)
	})
}

func invalidInsights(format string, args ...any) error {
	return api.InvalidInsightSelectorsException.New(format, args...)
}

// readInsights gives the types that selectors name, each once, in their one order. Whoever names categories of events must
// mean management events: there are no Insights of data events here.
func readInsights(selectors []api.InsightSelector) (types []trail.InsightType, err error) {
	named := make(map[trail.InsightType]bool)
	for _, s := range selectors {
		if s.InsightType == nil {
			return nil, invalidInsights("An Insights selector names no type: it may be %s or %s.", trail.CallRate, trail.ErrorRate)
		}
		if slices.Contains(s.EventCategories, "Data") {
			return nil, invalidInsights("Insights are made of management events: EventCategories may be Management.")
		}
		named[trail.InsightType(*s.InsightType)] = true
	}
	for _, t := range trail.InsightTypes() {
		if named[t] {
			types = append(types, t)
		}
	}
	return types, nil
}

func showInsights(t *directory.Trail) []api.InsightSelector {
	shown := make([]api.InsightSelector, 0, len(t.Insights))
	for _, i := range t.Insights {
		shown = append(shown, api.InsightSelector{InsightType: new(string(i))})
	}
	return shown
}
