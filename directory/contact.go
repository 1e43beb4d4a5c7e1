package directory

// Contact is the account's primary contact: whom AWS calls its contact information.
type Contact struct {
	FullName         string `json:"fullName"`
	CompanyName      string `json:"companyName,omitempty"`
	AddressLine1     string `json:"addressLine1"`
	AddressLine2     string `json:"addressLine2,omitempty"`
	AddressLine3     string `json:"addressLine3,omitempty"`
	City             string `json:"city"`
	StateOrRegion    string `json:"stateOrRegion,omitempty"`
	DistrictOrCounty string `json:"districtOrCounty,omitempty"`
	PostalCode       string `json:"postalCode"`
	CountryCode      string `json:"countryCode"` // two letters, ISO 3166-1
	PhoneNumber      string `json:"phoneNumber"`
	WebsiteURL       string `json:"websiteUrl,omitempty"`
}

// ContactType says what an alternate contact is for. An account has one of each at most.
type ContactType string

// The types of alternate contact.
const (
	BillingContact    ContactType = "BILLING"
	OperationsContact ContactType = "OPERATIONS"
	SecurityContact   ContactType = "SECURITY" // alarms go there, too
)

// AlternateContact is whom to write to beside the primary contact, for one purpose.
type AlternateContact struct {
	Type         ContactType `json:"type"`
	Name         string      `json:"name"`
	Title        string      `json:"title"`
	EmailAddress string      `json:"emailAddress"`
	PhoneNumber  string      `json:"phoneNumber"`
}

func (*Contact) entity()          {}
func (*AlternateContact) entity() {}

// Key gives "contact".
func (*Contact) Key() string { return "contact" }

// Key gives "alternatecontact/SECURITY".
func (c *AlternateContact) Key() string { return "alternatecontact/" + string(c.Type) }

// Clone makes a copy that may be modified.
func (c *Contact) Clone() *Contact { copied := *c; return &copied }

// Clone makes a copy that may be modified.
func (c *AlternateContact) Clone() *AlternateContact { copied := *c; return &copied }

// Contact is the primary contact, or nil where none was put.
func (a *Account) Contact() *Contact { return a.contact }

// AlternateContact is the contact of that type, or nil.
func (a *Account) AlternateContact(t ContactType) *AlternateContact {
	return valueOf[*AlternateContact](&a.alternates, string(t))
}
