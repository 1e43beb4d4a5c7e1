package warder

import (
	"github.com/warder-iam/warder/catalog"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
)

// listCatalogServices lists the services of one's own, those of AWS not.
func (s *Service) listCatalogServices(c *server.Call, _ *api.ListCatalogServicesInput) (*api.ListCatalogServicesOutput, error) {
	out := &api.ListCatalogServicesOutput{Services: []api.CatalogServiceSummary{}}
	for _, own := range c.Directory().Library().Catalog().Own() {
		out.Services = append(out.Services, api.CatalogServiceSummary{
			ServicePrefix: own.Prefix, Actions: int32(len(own.Actions)),
			Resources: new(int32(len(own.Resources))), ConditionKeys: new(int32(len(own.Keys))),
		})
	}
	return out, nil
}

// getCatalogService gives a service, one's own or AWS's, in the form of AWS's service reference.
func (s *Service) getCatalogService(c *server.Call, in *api.GetCatalogServiceInput) (*api.GetCatalogServiceOutput, error) {
	service, ok := c.Directory().Library().Catalog().Service(in.ServicePrefix)
	if !ok {
		return nil, api.ResourceNotFoundException.New("The catalogue has no service %s.", in.ServicePrefix)
	}
	text, err := catalog.FormatServiceReference(service)
	if err != nil {
		return nil, err
	}
	return &api.GetCatalogServiceOutput{Service: text}, nil
}
