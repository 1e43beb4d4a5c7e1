package checks

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy/eval"
)

// tampering are what destroys or forges the record in a bucket, or opens it for that; object tells whether it is done to an
// object.
var tampering = []struct {
	action string
	object bool
}{
	{"s3:DeleteObject", true},
	{"s3:DeleteObjectVersion", true},
	{"s3:PutObject", true},
	{"s3:PutBucketPolicy", false},
	{"s3:PutLifecycleConfiguration", false},
	{"s3:DeleteBucket", false},
}

// trailStores asks who may tamper with the buckets that the trails write to. The root user is left out: where the bucket is the
// account's own, it always may.
func trailStores(a *audit.Account, r *audit.Reporter, trails []awsimport.Trail) {
	seen := map[string]bool{}
	for i := range trails {
		t := &trails[i]
		if t.Bucket == "" || seen[t.Bucket] {
			continue
		}
		seen[t.Bucket] = true
		if !bucketKnown(a, bucketARN(a, t)) {
			r.NotAssessed("who may change the trail's bucket "+t.Bucket+": its policy, and whose it is",
				into(audit.Command("aws", "s3api", "get-bucket-policy", "--bucket", t.Bucket), bucketARN(a, t)+".json"))
			continue
		}
		if a.Directory == nil || a.Evidence.AuthorizationDetails.Extent != awsimport.Complete {
			r.NotAssessed("the permissions of all users and roles", getDetails)
		}
		for _, name := range slices.Sorted(maps.Keys(a.Bundle.Incomplete)) {
			if strings.HasPrefix(name, a.ARN("")) && !strings.HasPrefix(name, a.ARN("group/")) {
				r.NotAssessed("the permissions of "+name+": "+a.Bundle.Incomplete[name], getDetails)
			}
		}
		trailStore(a, r, t)
	}
}

// bucketKnown reports whether the bundle has the bucket's policy, whole, and with it whose the bucket is.
func bucketKnown(a *audit.Account, bucket string) bool {
	for _, e := range a.Bundle.Accounts {
		if slices.ContainsFunc(e.ResourcePolicies, func(p awsimport.ResourcePolicy) bool { return p.ARN == bucket && p.Document.Err() == nil }) {
			return true
		}
	}
	return false
}

// tamperer is a principal that may tamper with a record.
type tamperer struct {
	principal access.Principal
	first     int // of tampering that it may do
	answer    access.Answer
}

func trailStore(a *audit.Account, r *audit.Reporter, t *awsimport.Trail) {
	asks := tamperingAsks(a, t)
	var found []tamperer
	for p := range a.Finder.Principals() {
		if p.Account != a.ID || p.Kind == eval.Root || !a.Bundle.Complete(p.ARN) {
			continue
		}
		for i, ask := range asks {
			answer := a.Finder.Can(p, ask)
			if answer.Possible() {
				found = append(found, tamperer{p, i, answer})
				break // one is enough, and each question costs
			}
			if answer.Verdict == access.Undecided {
				r.NotAssessed("whether "+p.ARN+" may "+ask.Action+" in "+t.Bucket+": "+answer.Why, "")
			}
		}
	}
	if len(found) == 0 {
		return
	}
	bucket := bucketARN(a, t)
	r.FoundAs(tamperSeverity(a, found), "store", audit.Finding{
		Resource: bucket,
		Title:    fmt.Sprintf("%s of the account may change the record of trail %s", count(len(found), "principal", "principals"), t.Name),
		Evidence: tamperEvidence(a, found, asks),
		Remedy: audit.Remedy{
			Text: "Keep the trail's files in a bucket of an account that nobody works in; until then deny deletes and changes to all but the log archive's role, " +
				"and lock the objects.",
			Command: audit.Command("aws", "s3api", "put-object-lock-configuration", "--bucket", t.Bucket, "--object-lock-configuration",
				`{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"COMPLIANCE","Days":365}}}`),
			Patch: `{"Sid":"KeepTheRecord","Effect":"Deny","Principal":"*","Action":["s3:DeleteObject","s3:DeleteObjectVersion","s3:PutLifecycleConfiguration"],` +
				`"Resource":[` + strconv.Quote(bucket) + `,` + strconv.Quote(bucket+"/*") + `]}`,
		},
		References: practice("record"),
	})
}

func bucketARN(a *audit.Account, t *awsimport.Trail) string {
	return "arn:" + a.Partition + ":s3:::" + t.Bucket
}

// tamperingAsks are the questions for one trail, in the order of tampering.
func tamperingAsks(a *audit.Account, t *awsimport.Trail) []*authz.Ask {
	var asks []*authz.Ask
	for _, act := range tampering {
		resource := bucketARN(a, t)
		if act.object {
			resource += "/AWSLogs/" + a.ID + "/CloudTrail/" + cmp.Or(t.HomeRegion, arn.HomeRegion(a.Partition)) + "/record.json.gz"
		}
		asks = append(asks, a.Finder.Ask(act.action, resource))
	}
	return asks
}

// tamperSeverity: that administrators may is one thing, that others may is worse.
func tamperSeverity(a *audit.Account, found []tamperer) audit.Severity {
	administrators := map[string]bool{}
	for _, adm := range a.Administrators() {
		administrators[adm.ARN] = true
	}
	if slices.ContainsFunc(found, func(f tamperer) bool { return !administrators[f.principal.ARN] }) {
		return audit.High
	}
	return audit.Medium
}

// tamperEvidence names the first principals with all that they may do.
func tamperEvidence(a *audit.Account, found []tamperer, asks []*authz.Ask) []audit.Evidence {
	var all []audit.Evidence
	for _, f := range found[:min(len(found), mostEvidence)] {
		actions := []string{asks[f.first].Action}
		for _, ask := range asks[f.first+1:] {
			if answer := a.Finder.Can(f.principal, ask); answer.Possible() {
				actions = append(actions, ask.Action)
			}
		}
		e := fact("%s may (%s) %s", f.principal.ARN, f.answer.Text(), strings.Join(actions, ", "))
		if len(f.answer.Statements) > 0 {
			s := f.answer.Statements[0]
			e.Policy, e.Statement, e.Line, e.Column, e.File = s.Policy, cmp.Or(s.SID, fmt.Sprintf("#%d", s.Index+1)), s.Line, s.Column, s.File
		}
		all = append(all, e)
	}
	if more := len(found) - len(all); more > 0 {
		all = append(all, fact("and %d more", more))
	}
	return all
}
