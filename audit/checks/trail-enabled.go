package checks

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory/awsimport"
)

var trailEnabled = audit.Check{
	ID:         "trail-enabled",
	Title:      "A trail records everything, and those it watches cannot change it",
	Why:        "Without a record nobody finds out what was done, and a record that can be changed proves nothing.",
	Severity:   audit.Medium,
	Area:       audit.AreaVisibility,
	References: slices.Concat(cis("3.1", "4.1"), cis("3.2", "4.2"), hub("CloudTrail.1", "CloudTrail.3", "CloudTrail.4"), practice("record")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		trails := a.Evidence.Trails
		if len(trails) == 0 {
			if a.Evidence.Extent(awsimport.KindTrails) != awsimport.Complete {
				r.NotAssessed("the trails", getTrails)
				return
			}
			r.FoundAs(audit.High, "none", audit.Finding{
				Title: "The account has no trail", Evidence: []audit.Evidence{fact("describe-trails finds none")}, Remedy: newTrail(a),
				References: slices.Concat(cis("3.1", "4.1"), hub("CloudTrail.1", "CloudTrail.3"), practice("record")),
			})
			return
		}
		if coverage(a, r, trails) {
			for i := range trails {
				integrity(r, &trails[i])
			}
		}
		trailStores(a, r, trails)
	},
}

func newTrail(a *audit.Account) audit.Remedy {
	return audit.Remedy{
		Text: "Make a trail of all regions with validated files into a bucket of an account that nobody works in, and start it.",
		Command: "aws cloudtrail create-trail --name all-events --s3-bucket-name BUCKET --is-multi-region-trail --include-global-service-events " +
			"--enable-log-file-validation\naws cloudtrail start-logging --name all-events",
		Terraform: "resource \"aws_cloudtrail\" \"all_events\" {\n  name                          = \"all-events\"\n  s3_bucket_name                = \"BUCKET\"\n" +
			"  is_multi_region_trail         = true\n  include_global_service_events = true\n  enable_log_file_validation    = true\n}\n",
	}
}

// coverage: one of the trails at least is on and records all management events of all regions. It is false where none is on.
func coverage(a *audit.Account, r *audit.Reporter, trails []awsimport.Trail) (on bool) {
	whole, unknown := false, false
	var short []audit.Evidence
	for i := range trails {
		t := &trails[i]
		switch {
		case t.Logging == nil:
			r.NotAssessed("whether trail "+t.Name+" is logging", into(audit.Command("aws", "cloudtrail", "get-trail-status", "--name", t.ARN), "trail-status-"+t.Name+".json"))
			unknown = true
			continue
		case !*t.Logging:
			short = append(short, fact("trail %s is switched off", t.Name))
			continue
		}
		on = true
		lacks, known := shortOf(t)
		if lacks != "" {
			short = append(short, fact("trail %s %s", t.Name, lacks))
		} else if !known {
			r.NotAssessed("which events trail "+t.Name+" records",
				into(audit.Command("aws", "cloudtrail", "get-event-selectors", "--trail-name", t.ARN), "event-selectors-"+t.Name+".json"))
			unknown = true
		} else {
			whole = true
		}
	}
	references := slices.Concat(cis("3.1", "4.1"), hub("CloudTrail.1", "CloudTrail.3"), practice("record"))
	switch {
	case whole || unknown:
	case a.Evidence.Extent(awsimport.KindTrails) != awsimport.Complete:
		r.NotAssessed("the other trails", getTrails)
	case !on:
		r.FoundAs(audit.High, "off", audit.Finding{
			Title: "No trail is switched on", Evidence: short, References: references,
			Remedy: audit.Remedy{Text: "Start it, and find out who stopped it.", Command: audit.Command("aws", "cloudtrail", "start-logging", "--name", trails[0].ARN)},
		})
	default:
		r.Found("events", audit.Finding{
			Title: "No trail records all management events of all regions", Evidence: short, References: references,
			Remedy: audit.Remedy{
				Text: "Have one trail record reads and writes of all services in all regions.",
				Command: audit.Command("aws", "cloudtrail", "update-trail", "--name", trails[0].ARN, "--is-multi-region-trail", "--include-global-service-events") + "\n" +
					audit.Command("aws", "cloudtrail", "put-event-selectors", "--trail-name", trails[0].ARN, "--event-selectors",
						`[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":[]}]`),
			},
		})
	}
	return on || unknown
}

// shortOf says which management events a trail does not record; known is false where that is not known.
func shortOf(t *awsimport.Trail) (lacks string, known bool) {
	s := t.Selectors
	switch {
	case !t.MultiRegion:
		return "is of one region, " + t.HomeRegion, true
	case !t.GlobalEvents:
		return "leaves out global services, of which IAM is one", true
	case s == nil:
		return "", false
	case !s.ManagementRead && !s.ManagementWrite:
		return "records no management events", true
	case !s.ManagementRead:
		return "leaves out reads", true
	case !s.ManagementWrite:
		return "leaves out writes", true
	case !s.AllServices:
		return "leaves out services", true
	}
	return "", true
}

// integrity: the files of a trail can be verified, and arrive.
func integrity(r *audit.Reporter, t *awsimport.Trail) {
	if t.Logging != nil && !*t.Logging {
		return
	}
	if !t.Validated {
		r.Found("validation", audit.Finding{
			Resource: t.ARN,
			Title:    "The files of trail " + t.Name + " cannot be verified",
			Evidence: []audit.Evidence{fact("describe-trails says LogFileValidationEnabled false for %s", t.Name)},
			Remedy: audit.Remedy{
				Text:    "Have CloudTrail write digests; what was changed or removed later then shows.",
				Command: audit.Command("aws", "cloudtrail", "update-trail", "--name", t.ARN, "--enable-log-file-validation"),
			},
			References: slices.Concat(cis("3.2", "4.2"), hub("CloudTrail.4"), practice("record")),
		})
	}
	if t.LastError != "" {
		r.FoundAs(audit.High, "delivery", audit.Finding{
			Resource: t.ARN,
			Title:    "The files of trail " + t.Name + " do not arrive",
			Evidence: []audit.Evidence{fact("get-trail-status says LatestDeliveryError %s", strings.TrimSpace(t.LastError))},
			Remedy:   audit.Remedy{Text: "See that the bucket " + t.Bucket + " is there, and that its policy lets cloudtrail.amazonaws.com write."},
		})
	}
}
