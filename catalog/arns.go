package catalog

import (
	"strings"
	"sync"
)

// ARNPattern is the form of the ARNs of a resource type, in which "${Name}" stands for what differs.
type ARNPattern struct {
	Region   string // "" for a resource that has none
	Account  string // "" for a resource that has none
	Resource string // what follows the fifth colon
	// Service and Type name the resource type.
	Service string
	Type    string
	// AnyService is true for a resource that is named in the service whose data it holds: a recovery point of AWS Backup.
	AnyService bool
}

// ARNs gives the forms of all ARNs with that service in their third part, whichever service defines the resource: the ARN
// of a rule of AWS Network Firewall that Route 53 knows has "network-firewall". It reads every service when it is first
// called for a Catalog.
func (c *Catalog) ARNs(service string) []ARNPattern { return c.arns.load(c)[service] }

// arnSet is the forms of ARNs by their service.
type arnSet struct {
	once sync.Once
	by   map[string][]ARNPattern
}

func (s *arnSet) load(c *Catalog) map[string][]ARNPattern {
	s.once.Do(func() {
		s.by = map[string][]ARNPattern{}
		for service := range c.Services() {
			for _, t := range service.Resources {
				for _, text := range t.ARNs {
					s.add(service, t.Name, text)
				}
			}
		}
		for service := range s.by {
			if service != "" {
				s.by[service] = append(s.by[service], s.by[""]...)
			}
		}
	})
	return s.by
}

func (s *arnSet) add(service *Service, name, text string) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) == 6 {
		in, anyService := parts[2], strings.HasPrefix(parts[2], "${")
		if anyService {
			in = ""
		}
		s.by[in] = append(s.by[in], ARNPattern{
			Region: parts[3], Account: parts[4], Resource: parts[5], Service: service.Prefix, Type: name, AnyService: anyService,
		})
	}
}
