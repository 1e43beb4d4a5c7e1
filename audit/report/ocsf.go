package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
)

// DefaultOCSF is the version of OCSF that is written where none is chosen.
const DefaultOCSF = "1.3.0"

// ocsfVersions are those whose Compliance Finding has every attribute that is written here. Source: schema.ocsf.io.
var ocsfVersions = []string{"1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0"}

// The shapes of OCSF's Compliance Finding, class 2003, as far as they are used.
type (
	ocsfFinding struct {
		ActivityID   int             `json:"activity_id"`
		ActivityName string          `json:"activity_name"`
		CategoryUID  int             `json:"category_uid"`
		CategoryName string          `json:"category_name"`
		ClassUID     int             `json:"class_uid"`
		ClassName    string          `json:"class_name"`
		TypeUID      int             `json:"type_uid"`
		Time         int64           `json:"time"`
		SeverityID   int             `json:"severity_id"`
		Severity     string          `json:"severity"`
		StatusID     int             `json:"status_id"`
		Status       string          `json:"status"`
		Message      string          `json:"message"`
		Metadata     ocsfMetadata    `json:"metadata"`
		Info         ocsfInfo        `json:"finding_info"`
		Compliance   ocsfCompliance  `json:"compliance"`
		Resource     *ocsfResource   `json:"resource,omitempty"`  // before 1.3.0
		Resources    []ocsfResource  `json:"resources,omitempty"` // since then
		Remediation  ocsfRemediation `json:"remediation"`
		Cloud        ocsfCloud       `json:"cloud"`
	}
	ocsfMetadata struct {
		Version  string      `json:"version"`
		Product  ocsfProduct `json:"product"`
		Profiles []string    `json:"profiles"`
	}
	ocsfProduct struct {
		Name    string `json:"name"`
		Vendor  string `json:"vendor_name"`
		Version string `json:"version,omitempty"`
	}
	ocsfInfo struct {
		UID       string   `json:"uid"`
		Title     string   `json:"title"`
		Desc      string   `json:"desc"`
		Created   int64    `json:"created_time"`
		FirstSeen int64    `json:"first_seen_time"`
		LastSeen  int64    `json:"last_seen_time"`
		Types     []string `json:"types"`
	}
	ocsfCompliance struct {
		Control      string   `json:"control"`
		Standards    []string `json:"standards"`
		Requirements []string `json:"requirements,omitempty"`
		StatusID     int      `json:"status_id"`
		Status       string   `json:"status"`
	}
	ocsfResource struct {
		UID  string `json:"uid"`
		Type string `json:"type"`
	}
	ocsfRemediation struct {
		Desc string `json:"desc"`
	}
	ocsfCloud struct {
		Provider string      `json:"provider"`
		Account  ocsfAccount `json:"account"`
	}
	ocsfAccount struct {
		UID  string `json:"uid"`
		Type string `json:"type"`
	}
)

// writeOCSF writes a list of Compliance Findings.
func writeOCSF(w io.Writer, r *audit.Report, o Options) error {
	version := o.OCSF
	if version == "" {
		version = DefaultOCSF
	}
	if !slices.Contains(ocsfVersions, version) {
		return fmt.Errorf("version %q of OCSF is not written: choose one of %s", version, strings.Join(ocsfVersions, ", "))
	}
	list := []ocsfFinding{}
	for i := range r.Findings {
		list = append(list, ocsf(r, &r.Findings[i], version, o))
	}
	return encode(w, list)
}

func ocsf(r *audit.Report, f *audit.Finding, version string, o Options) ocsfFinding {
	name := f.Severity.String()
	first, seen := f.FirstSeen.UnixMilli(), r.Generated.UnixMilli()
	out := ocsfFinding{
		ActivityID: 1, ActivityName: "Create", CategoryUID: 2, CategoryName: "Findings", ClassUID: 2003, ClassName: "Compliance Finding", TypeUID: 200301,
		Time: seen, SeverityID: int(f.Severity) + 1, Severity: strings.ToUpper(name[:1]) + name[1:], StatusID: 1, Status: "New", Message: f.Title,
		Metadata: ocsfMetadata{version, ocsfProduct{"warder audit", "Warder", o.Tool}, []string{"cloud"}},
		Info: ocsfInfo{UID: f.ID, Title: f.Title, Desc: r.Check(f.Check).Why, Created: first, FirstSeen: first, LastSeen: seen,
			Types: []string{string(r.Check(f.Check).Area)}},
		Compliance:  ocsfCompliance{Control: f.Check, Standards: []string{"Warder"}, StatusID: 3, Status: "Fail"},
		Remediation: ocsfRemediation{f.Remedy.Text},
		Cloud:       ocsfCloud{"AWS", ocsfAccount{f.Account, "AWS Account"}},
	}
	resource := ocsfResource{f.Resource, resourceType(f.Resource)}
	if version < "1.3.0" {
		out.Resource = &resource
	} else {
		out.Resources = []ocsfResource{resource}
	}
	for _, ref := range f.References {
		if !slices.Contains(out.Compliance.Standards, string(ref.Framework)) {
			out.Compliance.Standards = append(out.Compliance.Standards, string(ref.Framework))
		}
		out.Compliance.Requirements = append(out.Compliance.Requirements, string(ref.Framework)+" "+ref.ID)
	}
	if f.Suppressed != nil {
		out.StatusID, out.Status = 3, "Suppressed"
	}
	return out
}
