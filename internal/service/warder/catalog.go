package warder

import (
	"slices"

	"github.com/warder-iam/warder/catalog"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/server"
)

// listCatalogServices lists the services of one's own, of AWS, or all. The scope has the words and the meaning of IAM's.
func (s *Service) listCatalogServices(c *server.Call, in *api.ListCatalogServicesInput) (*api.ListCatalogServicesOutput, error) {
	known := c.Directory().Library().Catalog()
	own := known.Own()
	out := &api.ListCatalogServicesOutput{Services: []api.CatalogServiceSummary{}}
	scope := "Local"
	if in.Scope != nil {
		scope = *in.Scope
	}
	list := slices.Values(own)
	if scope != "Local" {
		list = known.Services()
	}
	for service := range list {
		if scope == "AWS" && slices.Contains(own, service) {
			continue
		}
		out.Services = append(out.Services, api.CatalogServiceSummary{
			ServicePrefix: service.Prefix, Name: optional(service.Name), Actions: int32(len(service.Actions)),
			Resources: new(int32(len(service.Resources))), ConditionKeys: new(int32(len(service.Keys))),
		})
	}
	return out, nil
}

// listConditionKeys lists the keys that requests to any service may have.
func (s *Service) listConditionKeys(c *server.Call, _ *api.ListConditionKeysInput) (*api.ListConditionKeysOutput, error) {
	out := &api.ListConditionKeysOutput{Keys: []api.CatalogKey{}}
	for _, key := range c.Directory().Library().Catalog().GlobalKeys() {
		out.Keys = append(out.Keys, api.CatalogKey{Name: key.Name, Type: key.TypeName()})
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
