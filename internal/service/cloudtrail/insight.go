package cloudtrail

import (
	"errors"
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

// Warder makes no Insights events, so that every trail is one without Insights; what is asked for beyond that is refused and
// not remembered.

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

func (ct *Service) noInsightSelectors(c *server.Call, in *api.GetInsightSelectorsInput) *awsapi.Error {
	t, err := ct.insightTrail(c.Account(), in.TrailName, in.EventDataStore, nil)
	if refusal := new(awsapi.Error); errors.As(err, &refusal) {
		return refusal
	}
	return api.InsightNotEnabledException.New("Trail %s does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.", c.Account().ARN(t))
}

// putInsightSelectors turns Insights off, which they are.
func (ct *Service) putInsightSelectors(c *server.Call, in *api.PutInsightSelectorsInput) (*api.PutInsightSelectorsOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.PutInsightSelectorsOutput, error) {
		t, err := ct.insightTrail(tx.Account(), in.TrailName, in.EventDataStore, in.InsightsDestination)
		if err != nil {
			return nil, err
		}
		if len(in.InsightSelectors) > 0 {
			return nil, api.UnsupportedOperationException.New("Warder makes no Insights events: InsightSelectors must be empty. Its alarms and `warder trail summarize` tell what is unusual.")
		}
		return &api.PutInsightSelectorsOutput{TrailARN: new(tx.Account().ARN(t)), InsightSelectors: []api.InsightSelector{}}, nil
	})
}
