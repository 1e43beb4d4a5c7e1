package cloudtrail_test

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/cloudtrail"
)

// The life of a trail, as the SDK for Go sees it.
func TestLife(t *testing.T) {
	f := newFixture(t)
	c, name, ctx := client(f.admin), new("main"), t.Context()
	made, err := c.CreateTrail(ctx, &sdk.CreateTrailInput{Name: name, S3BucketName: new("logs"), EnableLogFileValidation: new(true), TagsList: []types.Tag{{Key: new("team"), Value: new("blue")}}})
	servertest.Check(t, err)
	if *made.TrailARN != arnOf("main") || !*made.LogFileValidationEnabled || *made.IsMultiRegionTrail || !*made.IncludeGlobalServiceEvents {
		t.Errorf("made %+v", made)
	}
	status := func() *sdk.GetTrailStatusOutput {
		s, err := c.GetTrailStatus(ctx, &sdk.GetTrailStatusInput{Name: made.TrailARN})
		servertest.Check(t, err)
		return s
	}
	if s := status(); *s.IsLogging || s.StartLoggingTime != nil || *s.TimeLoggingStarted != "" {
		t.Errorf("of a new trail %+v", s)
	}
	before := time.Now().Truncate(time.Second)
	_, err = c.StartLogging(ctx, &sdk.StartLoggingInput{Name: name})
	servertest.Check(t, err)
	f.deliveries["main"] = cloudtrail.Delivery{Delivered: noon, Attempted: noon.Add(time.Hour), Error: "AccessDenied", Digested: noon.Add(-time.Hour), DigestError: "NoSuchBucket"}
	s := status()
	if !*s.IsLogging || s.StartLoggingTime.Before(before) || !s.LatestDeliveryTime.Equal(noon) || *s.LatestDeliveryError != "AccessDenied" ||
		!s.LatestDigestDeliveryTime.Equal(noon.Add(-time.Hour)) || *s.LatestDigestDeliveryError != "NoSuchBucket" ||
		*s.LatestDeliveryAttemptTime != "2026-01-02T13:00:00Z" || *s.LatestDeliveryAttemptSucceeded != "2026-01-02T12:00:00Z" {
		t.Errorf("while it logs %+v", s)
	}
	_, err = c.StartLogging(ctx, &sdk.StartLoggingInput{Name: name}) // again
	servertest.Check(t, err)
	if again := status(); !again.StartLoggingTime.Equal(*s.StartLoggingTime) {
		t.Errorf("started anew at %v", again.StartLoggingTime)
	}
	_, err = c.StopLogging(ctx, &sdk.StopLoggingInput{Name: name})
	servertest.Check(t, err)
	if s := status(); *s.IsLogging || s.StopLoggingTime == nil || s.StartLoggingTime == nil {
		t.Errorf("stopped %+v", s)
	}
	_, err = c.DeleteTrail(ctx, &sdk.DeleteTrailInput{Name: name})
	servertest.Check(t, err)
	gone := new(types.TrailNotFoundException)
	if _, err := c.GetTrail(ctx, &sdk.GetTrailInput{Name: name}); !errors.As(err, &gone) || gone.ErrorMessage() != "Unknown trail: "+arnOf("main")+" for the user: "+account {
		t.Errorf("after its end: %v", err)
	}
	var changes []string
	for _, e := range f.Outbox(t) {
		changes = append(changes, e.EventName)
	}
	if want := []string{"CreateTrail", "StartLogging", "StartLogging", "StopLogging", "DeleteTrail"}; !slices.Equal(changes, want) {
		t.Errorf("on record are %v", changes)
	}
}

// A change is on record as CloudTrail records its own, with the trail as its resource.
func TestRecord(t *testing.T) {
	f := newFixture(t)
	call(t, f.admin, "CreateTrail", map[string]any{"Name": "main", "S3BucketName": "logs", "IsMultiRegionTrail": true})
	events := f.Outbox(t)
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	e := events[0]
	const (
		request = `{"name":"main","s3BucketName":"logs","isMultiRegionTrail":true}`
		answer  = `{"name":"main","s3BucketName":"logs","includeGlobalServiceEvents":true,"isMultiRegionTrail":true,"trailARN":"arn:aws:cloudtrail:us-east-1:111122223333:trail/main",` +
			`"logFileValidationEnabled":false,"isOrganizationTrail":false}`
	)
	if string(e.RequestParameters) != request || string(e.ResponseElements) != answer || e.EventSource != "cloudtrail.amazonaws.com" || e.ReadOnly ||
		len(e.Resources) != 1 || e.Resources[0].ARN != arnOf("main") || e.RecipientAccountID != account {
		t.Errorf("%+v\n%s\n%s", e, e.RequestParameters, e.ResponseElements)
	}
	for operation, in := range map[string]any{
		"DescribeTrails": map[string]any{"trailNameList": []string{"main"}}, "LookupEvents": struct{}{}, "ListTrails": struct{}{}, "GetTrailStatus": map[string]any{"Name": "main"},
	} {
		call(t, f.admin, operation, in)
		if e := f.Recorder.Last(t); e.EventName != operation || !e.ReadOnly || e.ResponseElements != nil || e.ErrorCode != "" {
			t.Errorf("%+v", e)
		}
	}
}

// The sixth trail of a region is refused, and the quota is the operator's to change.
func TestQuota(t *testing.T) {
	f := newFixture(t)
	for i := range 6 {
		a := call(t, f.admin, "CreateTrail", map[string]any{"Name": fmt.Sprintf("trail-%d", i), "S3BucketName": "logs"})
		if i < 5 && a.Status != 200 || i == 5 && (a.Code != "MaximumNumberOfTrailsExceededException" || a.Message != "User: 111122223333 already has 5 trails in us-east-1.") {
			t.Errorf("%d: %+v", i, a)
		}
	}
}

// Without storage no trail can be made, and the error says what to do.
func TestNoStorage(t *testing.T) {
	f := newFixture(t, func(o *cloudtrail.Options) { o.Storage, o.Status = nil, nil })
	a := call(t, f.admin, "CreateTrail", map[string]any{"Name": "main", "S3BucketName": "logs"})
	if a.Code != "S3BucketDoesNotExistException" || !strings.Contains(a.Message, "trail-storage") || f.Now().TrailCount() != 0 {
		t.Errorf("%+v", a)
	}
	f.makeTrail(t, "old")
	if a := call(t, f.admin, "GetTrailStatus", map[string]any{"Name": "old"}); a.Status != 200 || strings.Contains(a.Body, "LatestDeliveryTime") {
		t.Errorf("%+v", a)
	}
}

func TestNames(t *testing.T) {
	f := newFixture(t)
	for name, good := range map[string]bool{
		"abc": true, "a.b": true, "a_b-c.d": true, "1-2": true, strings.Repeat("a", 128): true, "192.168.5": true, "1.2.3.4a": true,
		"": false, "ab": false, strings.Repeat("a", 129): false, "-ab": false, "ab-": false, ".ab": false, "a..b": false, "a--b": false, "a__b": false, "a._b": false,
		"192.168.5.4": false, "a b": false, "a/b": false, "äbc": false, "a\x00b": false, "arn:x": false, "::1": false,
	} {
		a := call(t, f.admin, "GetTrail", map[string]any{"Name": name})
		if got := a.Code == "TrailNotFoundException"; got != good || !good && a.Code != "InvalidTrailNameException" && a.Code != "CloudTrailARNInvalidException" {
			t.Errorf("%q: %+v", name, a)
		}
	}
}

// TestPages: the pages of a lookup have every event once, and a token is good for its own question only.
func TestPages(t *testing.T) {
	f := newFixture(t)
	var names []string
	for i := range 7 {
		names = append(names, fmt.Sprint("Event", i))
	}
	f.record(t, names...)
	p := sdk.NewLookupEventsPaginator(client(f.admin), &sdk.LookupEventsInput{MaxResults: new(int32(3)), LookupAttributes: []types.LookupAttribute{{AttributeKey: "Username", AttributeValue: new("carol")}}})
	var got []string
	for p.HasMorePages() {
		page, err := p.NextPage(t.Context())
		servertest.Check(t, err)
		for _, e := range page.Events {
			got = append(got, *e.EventName)
			var whole struct{ EventID, EventVersion string }
			if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &whole); err != nil || whole.EventID != *e.EventId || whole.EventVersion != "1.11" {
				t.Errorf("%v: %s", err, *e.CloudTrailEvent)
			}
			if *e.Username != "carol" || *e.EventSource != "iam.amazonaws.com" || *e.ReadOnly != "false" || e.EventTime.Before(noon) ||
				len(e.Resources) == 0 || *e.Resources[0].ResourceName != "arn:aws:iam::111122223333:user/dave" || *e.Resources[0].ResourceType != "AWS::IAM::User" {
				t.Errorf("%+v", e)
			}
		}
	}
	slices.Reverse(names)
	if !slices.Equal(got, names) {
		t.Errorf("got %v, want %v", got, names)
	}
	first, err := client(f.admin).LookupEvents(t.Context(), &sdk.LookupEventsInput{MaxResults: new(int32(3))})
	servertest.Check(t, err)
	bad := new(types.InvalidNextTokenException)
	if _, err := client(f.admin).LookupEvents(t.Context(), &sdk.LookupEventsInput{NextToken: first.NextToken, StartTime: &noon}); !errors.As(err, &bad) {
		t.Errorf("another question's token: %v", err)
	}
	if out, err := client(f.stranger(t)).LookupEvents(t.Context(), &sdk.LookupEventsInput{}); err != nil || len(out.Events) != 0 {
		t.Errorf("another account sees %v, %v", out, err)
	}
}

// stranger administers another account.
func (f *fixture) stranger(t *testing.T) *servertest.Credentials {
	return (&servertest.Account{World: f.World, ID: other}).Admin(t, "mallory")
}

// What ListPublicKeys gives is the key that signs, in PKCS #1.
func TestPublicKeys(t *testing.T) {
	f := newFixture(t)
	now := time.Now()
	key, err := f.Store.DigestSigner(t.Context(), now)
	servertest.Check(t, err)
	out, err := client(f.admin).ListPublicKeys(t.Context(), &sdk.ListPublicKeysInput{})
	servertest.Check(t, err)
	if len(out.PublicKeyList) != 1 || out.PublicKeyList[0].ValidityStartTime.After(now) || out.PublicKeyList[0].ValidityEndTime.Before(now) || *out.PublicKeyList[0].Fingerprint == "" {
		t.Fatalf("%+v", out.PublicKeyList)
	}
	public, err := x509.ParsePKCS1PublicKey(out.PublicKeyList[0].Value)
	if err != nil || !public.Equal(&key.PublicKey) {
		t.Errorf("another key, %v", err)
	}
}

// Actions, resources and keys are those of the Service Authorization Reference: a policy that names a trail allows what has
// the resource type trail, and no more; tags decide where the reference says so.
func TestAuthorization(t *testing.T) {
	f := newFixture(t)
	f.makeTrail(t, "main", directory.Tag{Key: "team", Value: "blue"})
	f.makeTrail(t, "other", directory.Tag{Key: "team", Value: "red"})
	onMain := f.User(t, "on-main", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"cloudtrail:*","Resource":"`+arnOf("main")+`"}}`)
	blue := f.User(t, "blue", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"cloudtrail:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"blue"}}}}`)
	inputs := map[string]map[string]any{
		"AddTags": {"ResourceId": "{arn}", "TagsList": []any{}}, "RemoveTags": {"ResourceId": "{arn}", "TagsList": []any{}}, "ListTags": {"ResourceIdList": []any{"{arn}"}},
		"GetEventSelectors": {"TrailName": "{arn}"}, "PutEventSelectors": {"TrailName": "{arn}", "EventSelectors": []any{map[string]any{}}},
		"GetInsightSelectors": {"TrailName": "{arn}"}, "PutInsightSelectors": {"TrailName": "{arn}", "InsightSelectors": []any{}},
		"CreateTrail": {"Name": "{name}", "S3BucketName": "logs"}, "DescribeTrails": {}, "ListTrails": {}, "LookupEvents": {}, "ListPublicKeys": {},
	}
	for _, name := range []string{"UpdateTrail", "GetTrail", "GetTrailStatus", "StartLogging", "StopLogging", "DeleteTrail"} {
		inputs[name] = map[string]any{"Name": "{name}"}
	}
	served := 0
	for _, o := range f.Operations() {
		if o.Service != "cloudtrail" || o.State == server.NotYet {
			continue
		}
		served++
		if inputs[o.Name] == nil {
			t.Errorf("%s is not tried", o.Name)
		}
	}
	if served != len(inputs) {
		t.Errorf("%d served, %d tried", served, len(inputs))
	}
	try := func(c *servertest.Credentials, operation, trail string) bool {
		in, err := json.Marshal(inputs[operation])
		servertest.Check(t, err)
		body := strings.NewReplacer("{arn}", arnOf(trail), "{name}", trail).Replace(string(in))
		a := c.JSON11(t, "cloudtrail", api.Service.Target+"."+operation, body, nil)
		return a.Code != "AccessDeniedException"
	}
	for operation := range inputs {
		action, ok := catalog.Load().Action("cloudtrail", operation)
		if !ok {
			t.Errorf("the catalogue has no %s", operation)
			continue
		}
		hasTrail := slices.ContainsFunc(action.Resources, func(r catalog.ActionResource) bool { return r.Type == "trail" })
		if got := try(onMain, operation, "other"); got {
			t.Errorf("%s of another trail is allowed", operation)
		}
		if got := try(onMain, operation, "main"); got != hasTrail {
			t.Errorf("%s of the trail is allowed: %t", operation, got)
		}
		if operation == "DeleteTrail" {
			f.makeTrail(t, "main", directory.Tag{Key: "team", Value: "blue"})
		}
		if try(blue, operation, "other") {
			t.Errorf("%s of a red trail is allowed", operation)
		}
		if got := try(blue, operation, "main"); got != (hasTrail && operation != "CreateTrail") { // a trail to be made has no tags
			t.Errorf("%s of a blue trail is allowed: %t", operation, got)
		}
		if f.Now().Trail("main") == nil {
			f.makeTrail(t, "main", directory.Tag{Key: "team", Value: "blue"})
		}
	}
}

// A trail is tagged as it is made by who may do both, with tags that a policy may ask for.
func TestTaggedCreation(t *testing.T) {
	f := newFixture(t)
	allow := func(actions, condition string) string {
		return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[` + actions + `],"Resource":"*"` + condition + `}}`
	}
	const onlyBlue = `,"Condition":{"StringEquals":{"aws:RequestTag/team":"blue"},"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}`
	maker := f.User(t, "maker", allow(`"cloudtrail:CreateTrail"`, ""))
	careful := f.User(t, "careful", allow(`"cloudtrail:CreateTrail","cloudtrail:AddTags"`, onlyBlue))
	for _, tt := range []struct {
		who     *servertest.Credentials
		name    string
		tags    []map[string]string
		allowed bool
	}{
		{maker, "plain", nil, true},
		{maker, "tagged", []map[string]string{{"Key": "team", "Value": "blue"}}, false},
		{careful, "untagged", nil, false},
		{careful, "red", []map[string]string{{"Key": "team", "Value": "red"}}, false},
		{careful, "more", []map[string]string{{"Key": "team", "Value": "blue"}, {"Key": "x", "Value": "y"}}, false},
		{careful, "blue", []map[string]string{{"Key": "team", "Value": "blue"}}, true},
	} {
		a := call(t, tt.who, "CreateTrail", map[string]any{"Name": tt.name, "S3BucketName": "logs", "TagsList": tt.tags})
		if (a.Status == 200) != tt.allowed || !tt.allowed && a.Code != "AccessDeniedException" {
			t.Errorf("%s: %+v", tt.name, a)
		}
	}
}
