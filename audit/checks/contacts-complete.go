package checks

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var contactsComplete = audit.Check{
	ID:         "contacts-complete",
	Title:      "The account has contacts for billing, operations and security",
	Why:        "When AWS sees that an account is abused, or its bill unpaid, it writes to these contacts and acts if nobody answers.",
	Severity:   audit.Low,
	Area:       audit.AreaVisibility,
	References: slices.Concat(cis("1.1", "2.2"), cis("1.2", "2.3"), fsbp("Account.1"), practice("be reachable")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		primaryContact(a, r)
		for _, kind := range []string{"BILLING", "OPERATIONS", "SECURITY"} {
			alternateContact(a, r, kind)
		}
	},
}

func primaryContact(a *audit.Account, r *audit.Reporter) {
	c := a.Evidence.Contact
	if c == nil && a.Evidence.Extent(awsimport.KindContact) != awsimport.Complete {
		r.NotAssessed("the account's contact information", getContact)
		return
	}
	f := audit.Finding{
		Remedy: audit.Remedy{
			Text: "Set name, address and telephone of the organization, reachable by more than one person.",
			Command: audit.Command("aws", "account", "put-contact-information", "--contact-information",
				"FullName=NAME,CompanyName=COMPANY,PhoneNumber=+10000000000,AddressLine1=STREET,City=CITY,StateOrRegion=STATE,PostalCode=CODE,CountryCode=US"),
		},
		References: slices.Concat(cis("1.1", "2.2"), practice("be reachable")),
	}
	switch missing := missingOf(c, false); {
	case c == nil:
		f.Title, f.Evidence = "The account has no contact information", []audit.Evidence{fact("get-contact-information found none")}
	case missing != "":
		f.Title, f.Evidence = "The account's contact information has no "+missing, []audit.Evidence{fact("get-contact-information gives no %s", missing)}
	default:
		return
	}
	r.Found("primary", f)
}

func alternateContact(a *audit.Account, r *audit.Reporter, kind string) {
	name := strings.ToLower(kind)
	c, asked := a.Evidence.AlternateContacts[kind]
	if !asked {
		r.NotAssessed("the "+name+" contact", "aws account get-alternate-contact --alternate-contact-type "+kind+" > contact-"+name+".json 2>&1")
		return
	}
	severity, references := audit.Low, slices.Concat(cis("1.1", "2.2"), practice("be reachable"))
	if kind == "SECURITY" {
		severity, references = audit.Medium, slices.Concat(cis("1.2", "2.3"), fsbp("Account.1"), practice("be reachable"))
	}
	f := audit.Finding{
		Remedy: audit.Remedy{
			Text: "Set it to an address and a number that more than one person answers.",
			Command: audit.Command("aws", "account", "put-alternate-contact", "--alternate-contact-type", kind,
				"--name", name+" team", "--title", name, "--email-address", name+"@example.com", "--phone-number", "+10000000000"),
			Terraform: "resource \"aws_account_alternate_contact\" \"" + name + "\" {\n  alternate_contact_type = \"" + kind + "\"\n  name                   = \"" +
				name + " team\"\n  title                  = \"" + name + "\"\n  email_address          = \"" + name +
				"@example.com\"\n  phone_number           = \"+10000000000\"\n}\n",
		},
		References: references,
	}
	switch missing := missingOf(c, true); {
	case c == nil:
		f.Title, f.Evidence = "The account has no "+name+" contact", []audit.Evidence{fact("get-alternate-contact of type %s found none", kind)}
	case missing != "":
		f.Title, f.Evidence = "The account's "+name+" contact has no "+missing, []audit.Evidence{fact("get-alternate-contact of type %s gives no %s", kind, missing)}
	default:
		return
	}
	r.FoundAs(severity, name, f)
}

// missingOf says what a contact cannot be reached without; "" if nothing is missing.
func missingOf(c *awsimport.Contact, byMail bool) string {
	switch {
	case c == nil:
		return ""
	case strings.TrimSpace(c.Name) == "":
		return "name"
	case byMail && strings.TrimSpace(c.Email) == "":
		return "e-mail address"
	case strings.TrimSpace(c.Phone) == "":
		return "telephone number"
	}
	return ""
}
