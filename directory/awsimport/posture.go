package awsimport

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// postureKinds are those about contacts, trails, analyzers and alarms.
func postureKinds() []recogniser {
	return []recogniser{
		{kind: KindContact, is: withObject("contactinformation"), operations: []string{"GetContactInformation"}, read: readContact},
		{kind: KindAlternateContact, is: withObject("alternatecontact"), operations: []string{"GetAlternateContact"}, read: readAlternateContact},
		{kind: KindTrails, is: isTrails, owner: trailsOwner, read: readTrails},
		{kind: KindTrailStatus, is: withMembers("islogging"), read: readTrailStatus},
		{kind: KindEventSelectors, is: isSelectors, owner: func(*value) string { return "" }, read: readSelectors},
		{kind: KindAnalyzers, is: listOf("analyzers", "arn"), read: readAnalyzers},
		{kind: KindAlarms, is: withList("metricalarms"), read: readAlarms},
		{kind: KindMetricFilters, is: withList("metricfilters"), read: readMetricFilters},
	}
}

func readContact(a *account, v *value) {
	if v.failure != "" {
		if v.failure != resourceNotFound {
			a.refused(v)
			return
		}
		a.hold(KindContact, Complete)
		return
	}
	eachObject(a, v, "contactinformation", func(d *struct{ FullName, CompanyName, PhoneNumber string }, _ place) {
		a.ev.Contact = &Contact{Name: d.FullName, Company: d.CompanyName, Phone: d.PhoneNumber}
		a.hold(KindContact, Complete)
	})
}

// contactTypes are those of alternate contacts.
var contactTypes = []string{"BILLING", "OPERATIONS", "SECURITY"}

func readAlternateContact(a *account, v *value) {
	if a.ev.AlternateContacts == nil {
		a.ev.AlternateContacts = map[string]*Contact{}
	}
	defer func() {
		x := Partial
		if len(a.ev.AlternateContacts) == len(contactTypes) {
			x = Complete
		}
		if len(a.ev.AlternateContacts) > 0 {
			a.hold(KindAlternateContact, x)
		}
	}()
	if v.failure != "" {
		kind := contactType(v)
		switch {
		case v.failure != resourceNotFound:
			a.refused(v)
		case kind == "":
			a.problem(place{v, v.at}, "", "", "nothing tells which alternate contact is not set: name the file by its type, such as contact-billing.json")
		case a.ev.AlternateContacts[kind] == nil:
			a.ev.AlternateContacts[kind] = nil
		}
		return
	}
	eachObject(a, v, "alternatecontact", func(d *struct{ AlternateContactType, EmailAddress, Name, PhoneNumber, Title string }, at place) {
		if !slices.Contains(contactTypes, d.AlternateContactType) {
			a.problem(at, "", "", "%q is no type of alternate contact", cut(d.AlternateContactType))
			return
		}
		a.ev.AlternateContacts[d.AlternateContactType] = &Contact{Name: d.Name, Title: d.Title, Email: d.EmailAddress, Phone: d.PhoneNumber}
	})
}

// contactType is the type that an error was about, which AWS does not repeat: of the call, or of the file's name.
func contactType(v *value) string {
	name := strings.ToUpper(cmp.Or(v.param("AlternateContactType"), path.Base(v.file.Path)))
	for _, t := range contactTypes {
		if strings.Contains(name, t) {
			return t
		}
	}
	return ""
}

func isTrails(v *value) bool {
	return listOf("traillist", "TrailARN")(v) || v.kindOf("trail") == '{'
}

// trailDetail is an item of DescribeTrails.
type trailDetail struct {
	TrailARN, Name, HomeRegion                           string
	S3BucketName, CloudWatchLogsLogGroupArn, KmsKeyId    string
	IsMultiRegionTrail, IsOrganizationTrail              bool
	IncludeGlobalServiceEvents, LogFileValidationEnabled bool
}

// trailsOwner passes over the organization's trails: every member account shows them by the management account's ARN.
func trailsOwner(v *value) string {
	for _, raw := range v.list("traillist") {
		var d trailDetail
		if decode(raw, &d) == nil && !d.IsOrganizationTrail {
			if id := accountOf(d.TrailARN); id != "" {
				return id
			}
		}
	}
	return ""
}

func readTrails(a *account, v *value) {
	one := func(d *trailDetail, at place) {
		if d.TrailARN == "" {
			a.problem(at, "", "", "a trail without an ARN")
			return
		}
		t := a.trail(d.TrailARN)
		t.Name, t.HomeRegion, t.Bucket, t.LogGroupARN, t.KMSKey = d.Name, d.HomeRegion, d.S3BucketName, d.CloudWatchLogsLogGroupArn, d.KmsKeyId
		t.MultiRegion, t.Organization = d.IsMultiRegionTrail, d.IsOrganizationTrail
		t.GlobalEvents, t.Validated = d.IncludeGlobalServiceEvents, d.LogFileValidationEnabled
	}
	if v.has("trail") {
		eachObject(a, v, "trail", one)
		a.hold(KindTrails, Partial)
		return
	}
	eachItem(a, v, "traillist", one)
	a.whole(KindTrails, v)
}

func (a *account) trail(name string) *Trail {
	for i := range a.ev.Trails {
		if a.ev.Trails[i].ARN == name {
			return &a.ev.Trails[i]
		}
	}
	a.ev.Trails = append(a.ev.Trails, Trail{ARN: name})
	return &a.ev.Trails[len(a.ev.Trails)-1]
}

// statusDetail is the answer of GetTrailStatus, which does not say which trail it is about.
type statusDetail struct {
	v                *value
	logging          bool
	delivery, digest instant
	failure          string
}

func readTrailStatus(a *account, v *value) {
	d := statusDetail{v: v, logging: v.truth("islogging"), failure: v.text("latestdeliveryerror")}
	d.delivery.Time, d.digest.Time = v.time("latestdeliverytime"), v.time("latestdigestdeliverytime")
	a.trailStatus = append(a.trailStatus, d)
}

// joinTrails gives each status to its trail: to the one that the call or the file names, or to the only one.
func (a *account) joinTrails() {
	for i := range a.trailStatus {
		d := &a.trailStatus[i]
		t := a.trailNamed(d.v)
		if t == nil {
			a.problem(place{d.v, d.v.at}, "", "", "nothing tells which trail's status this is: add a member Name, or name the file by the trail")
			continue
		}
		t.Logging, t.LastError = &d.logging, d.failure
		t.LastDelivery, t.LastDigestDelivery = d.delivery.Time, d.digest.Time
		a.hold(KindTrailStatus, Partial)
	}
	statuses, selectors := Complete, Complete
	for i := range a.ev.Trails {
		if a.ev.Trails[i].Logging == nil {
			statuses = min(a.ev.Extents[KindTrailStatus], Partial)
		}
		if a.ev.Trails[i].Selectors == nil {
			selectors = min(a.ev.Extents[KindEventSelectors], Partial)
		}
	}
	if a.ev.Extents[KindTrails] != Absent {
		a.ev.Extents[KindTrailStatus], a.ev.Extents[KindEventSelectors] = statuses, selectors
	}
}

func (a *account) trailNamed(v *value) *Trail {
	name := v.param("Name")
	for i := range a.ev.Trails {
		t := &a.ev.Trails[i]
		if name != "" && (t.Name == name || t.ARN == name) {
			return t
		}
	}
	if name != "" {
		return nil
	}
	if len(a.ev.Trails) == 1 {
		return &a.ev.Trails[0]
	}
	base := withoutEndings(path.Base(v.file.Path))
	for i := range a.ev.Trails {
		t := &a.ev.Trails[i]
		if t.Name != "" && (base == t.Name || strings.HasSuffix(base, "status-"+t.Name)) {
			return t
		}
	}
	return nil
}

func isSelectors(v *value) bool {
	return v.text("trailarn") != "" && (v.list("eventselectors") != nil || v.list("advancedeventselectors") != nil)
}

func readSelectors(a *account, v *value) {
	s := &EventSelectors{}
	eachItem(a, v, "eventselectors", s.basic)
	eachItem(a, v, "advancedeventselectors", s.advanced)
	a.trail(v.text("trailarn")).Selectors = s
	a.hold(KindEventSelectors, Partial)
}

// basic adds a selector of the older kind.
func (s *EventSelectors) basic(d *struct {
	ReadWriteType                 string
	IncludeManagementEvents       bool
	DataResources                 []struct{ Type string }
	ExcludeManagementEventSources []string
}, _ place,
) {
	if d.IncludeManagementEvents {
		s.management(d.ReadWriteType != "WriteOnly", d.ReadWriteType != "ReadOnly", len(d.ExcludeManagementEventSources) == 0)
	}
	for _, r := range d.DataResources {
		s.data(r.Type)
	}
}

// fieldSelector is one condition of an advanced selector.
type fieldSelector struct {
	Field                                                       string
	Equals                                                      []string
	StartsWith, EndsWith, NotEquals, NotStartsWith, NotEndsWith []string
}

// advanced adds an advanced selector: all its fields have to match.
func (s *EventSelectors) advanced(d *struct{ FieldSelectors []fieldSelector }, _ place) {
	read, write, all, management := true, true, true, false
	var types []string
	for _, f := range d.FieldSelectors {
		switch f.Field {
		case "eventCategory":
			management = slices.Contains(f.Equals, "Management")
		case "readOnly":
			read, write = slices.Contains(f.Equals, "true"), slices.Contains(f.Equals, "false")
		case "resources.type":
			types = f.Equals
		default:
			all = false
		}
	}
	if management {
		s.management(read, write, all)
		return
	}
	for _, t := range types {
		s.data(t)
	}
}

// management adds up selectors: AllServices is true if what is recorded of each kind of event is recorded of all services.
func (s *EventSelectors) management(read, write, all bool) {
	if !s.ManagementRead && !s.ManagementWrite {
		s.AllServices = all
	} else {
		s.AllServices = s.AllServices && all || all && read && write
	}
	s.ManagementRead, s.ManagementWrite = s.ManagementRead || read, s.ManagementWrite || write
}

func (s *EventSelectors) data(kind string) {
	if !slices.Contains(s.DataResources, kind) {
		s.DataResources = append(s.DataResources, kind)
	}
}

func readAnalyzers(a *account, v *value) {
	eachItem(a, v, "analyzers", func(d *struct{ Arn, Name, Type, Status string }, _ place) {
		a.ev.Analyzers = append(a.ev.Analyzers, Analyzer{
			ARN: d.Arn, Name: d.Name, Region: regionOf(v, d.Arn), Type: d.Type, Active: d.Status == "" || d.Status == "ACTIVE",
		})
	})
	a.whole(KindAnalyzers, v)
}

func readAlarms(a *account, v *value) {
	eachItem(a, v, "metricalarms", func(d *struct {
		AlarmArn, AlarmName, Namespace, MetricName string
		AlarmActions                               []string
		ActionsEnabled                             *bool
	}, _ place,
	) {
		a.ev.Alarms = append(a.ev.Alarms, Alarm{
			ARN: d.AlarmArn, Name: d.AlarmName, Namespace: d.Namespace, Metric: d.MetricName, Actions: d.AlarmActions,
			Enabled: d.ActionsEnabled == nil || *d.ActionsEnabled,
		})
	})
	a.whole(KindAlarms, v)
}

func readMetricFilters(a *account, v *value) {
	eachItem(a, v, "metricfilters", func(d *struct {
		FilterName, FilterPattern, LogGroupName string
		MetricTransformations                   []struct{ MetricName, MetricNamespace string }
	}, _ place,
	) {
		f := MetricFilter{LogGroup: d.LogGroupName, Name: d.FilterName, Pattern: d.FilterPattern}
		for _, m := range d.MetricTransformations {
			f.Metrics = append(f.Metrics, Metric{m.MetricNamespace, m.MetricName})
		}
		a.ev.MetricFilters = append(a.ev.MetricFilters, f)
	})
	x := Complete
	if v.param("LogGroupName") != "" || v.text("nexttoken") != "" || v.broken != nil {
		x = Partial
	}
	a.hold(KindMetricFilters, x)
}
