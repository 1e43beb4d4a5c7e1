package cloudtrail

import (
	"errors"
	"slices"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/cloudtrail"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/delivery"
	"github.com/warder-iam/warder/internal/objectstore"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/store"
)

// onNewTrail asks to make a trail and, where it is to have tags, to tag it.
func (ct *Service) onNewTrail(c *server.Call, in *api.CreateTrailInput) ([]authz.Ask, error) {
	ask := ct.askTrail(c, in.Name)
	ask.ResourceTags, ask.RequestTags = nil, modelTags(in.TagsList)
	asks := []authz.Ask{ask}
	if len(in.TagsList) > 0 {
		tag := ask
		tag.Action = "cloudtrail:AddTags"
		asks = append(asks, tag)
	}
	return asks, nil
}

func (ct *Service) createTrail(c *server.Call, in *api.CreateTrailInput) (*api.CreateTrailOutput, error) {
	if err := checkName(in.Name); err != nil {
		return nil, err
	}
	t := &directory.Trail{
		ID: session.NewEntityID(session.PrefixTrail), Name: in.Name, Region: ct.Region, Created: c.Time().Truncate(time.Second), GlobalEvents: true,
	}
	if err := settingsOfCreate(in).apply(t); err != nil {
		return nil, err
	}
	var err error
	if t.Tags, err = mergeTags(nil, in.TagsList); err != nil {
		return nil, err
	}
	if err := ct.checkStorage(c, t); err != nil {
		return nil, err
	}
	return server.Change(c, func(tx *store.Tx) (*api.CreateTrailOutput, error) {
		a := tx.Account()
		if a.Trail(in.Name) != nil {
			return nil, api.TrailAlreadyExistsException.New("Trail %s already exists for customer: %s", in.Name, a.ID())
		}
		if quota := new(store.QuotaError); errors.As(tx.Quota(store.TrailsPerRegion, a.TrailCount()), &quota) {
			return nil, api.MaximumNumberOfTrailsExceededException.New("User: %s already has %d trails in %s.", a.ID(), a.TrailCount(), ct.Region)
		}
		return shownAsCreated(showTrail(a, t)), tx.Put(t)
	})
}

func (ct *Service) updateTrail(c *server.Call, in *api.UpdateTrailInput) (*api.UpdateTrailOutput, error) {
	settings := settingsOfUpdate(in)
	change := func(a *directory.Account) (*directory.Trail, error) {
		t, err := ct.findTrail(a, in.Name)
		if err != nil {
			return nil, err
		}
		t = t.Clone()
		return t, settings.apply(t)
	}
	t, err := change(c.Account())
	if err != nil {
		return nil, err
	}
	if in.S3BucketName != nil || in.S3KeyPrefix != nil {
		if err := ct.checkStorage(c, t); err != nil {
			return nil, err
		}
	}
	return server.Change(c, func(tx *store.Tx) (*api.UpdateTrailOutput, error) {
		t, err := change(tx.Account())
		if err != nil {
			return nil, err
		}
		if old := tx.Account().TrailByID(t.ID); old.GlobalEvents != t.GlobalEvents || old.MultiRegion != t.MultiRegion {
			t.Chosen = wholeSecond(tx.Now())
		}
		return shownAsUpdated(showTrail(tx.Account(), t)), tx.Put(t)
	})
}

// deleteTrail ends the delivery. What was recorded and what was delivered stay.
func (ct *Service) deleteTrail(c *server.Call, in *api.DeleteTrailInput) (*api.DeleteTrailOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.DeleteTrailOutput, error) {
		t, err := ct.findTrail(tx.Account(), in.Name)
		if err != nil {
			return nil, err
		}
		tx.Delete(t)
		return &api.DeleteTrailOutput{}, nil
	})
}

func (ct *Service) getTrail(c *server.Call, in *api.GetTrailInput) (*api.GetTrailOutput, error) {
	t, err := ct.findTrail(c.Account(), in.Name)
	if err != nil {
		return nil, err
	}
	return &api.GetTrailOutput{Trail: showTrail(c.Account(), t)}, nil
}

// describeTrails tells of all trails or of those that are named, each once; a name that no trail has is left out, as on AWS.
// Every trail is at home in the one region that a server is, so that there are no shadow trails to include or leave out.
func (ct *Service) describeTrails(c *server.Call, in *api.DescribeTrailsInput) (*api.DescribeTrailsOutput, error) {
	a := c.Account()
	found := []*directory.Trail{}
	for _, name := range in.TrailNameList {
		t, err := ct.findTrail(a, name)
		if err != nil && !errors.Is(err, api.TrailNotFoundException.New("")) {
			return nil, err
		}
		if t != nil && !slices.Contains(found, t) {
			found = append(found, t)
		}
	}
	if len(in.TrailNameList) == 0 {
		found = slices.AppendSeq(found, a.Trails())
	}
	out := &api.DescribeTrailsOutput{TrailList: make([]api.Trail, 0, len(found))}
	for _, t := range found {
		out.TrailList = append(out.TrailList, *showTrail(a, t))
	}
	return out, nil
}

// listTrails gives all trails at once: an account has few.
func (ct *Service) listTrails(c *server.Call, in *api.ListTrailsInput) (*api.ListTrailsOutput, error) {
	if in.NextToken != nil {
		return nil, noToken()
	}
	out := &api.ListTrailsOutput{Trails: []api.TrailInfo{}}
	for t := range c.Account().Trails() {
		out.Trails = append(out.Trails, api.TrailInfo{TrailARN: new(c.Account().ARN(t)), Name: &t.Name, HomeRegion: &t.Region})
	}
	return out, nil
}

// noToken refuses a token of a listing that gives none.
func noToken() error {
	return api.InvalidTokenException.New("The token is not one that this operation gave.")
}

// checkStorage asks the storage whether the trail may deliver there.
func (ct *Service) checkStorage(c *server.Call, t *directory.Trail) error {
	if ct.Storage == nil {
		return api.S3BucketDoesNotExistException.New("S3 bucket %s does not exist! This Warder has no storage for trails: start it with the setting trail-storage.", t.Bucket)
	}
	err := ct.Storage.CheckDelivery(c.Context(), t.Bucket, t.Prefix)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, objectstore.ErrNoBucket):
		return api.S3BucketDoesNotExistException.New("S3 bucket %s does not exist!", t.Bucket)
	case errors.Is(err, objectstore.ErrDenied):
		return api.InsufficientS3BucketPolicyException.New("Incorrect S3 bucket policy is detected for bucket: %s", t.Bucket)
	case errors.Is(err, delivery.ErrOverwrites):
		return api.InsufficientS3BucketPolicyException.New("The storage overwrites objects that exist (it does not know If-None-Match), so that whoever may deliver could change what was delivered: bucket %s", t.Bucket)
	case errors.Is(err, objectstore.ErrName):
		return api.InvalidS3PrefixException.New("The storage takes no objects under the prefix %.200q", t.Prefix)
	}
	return awsapi.ServiceUnavailable.New("The storage of trails does not answer for the bucket %s at the moment: %s.", t.Bucket, objectstore.ErrorCode(err))
}

// showTrail is a trail on the wire. What Warder does not support is absent, as where it is not used on AWS.
func showTrail(a *directory.Account, t *directory.Trail) *api.Trail {
	shown := &api.Trail{
		Name: &t.Name, S3BucketName: &t.Bucket, IncludeGlobalServiceEvents: &t.GlobalEvents, IsMultiRegionTrail: &t.MultiRegion,
		HomeRegion: &t.Region, TrailARN: new(a.ARN(t)), LogFileValidationEnabled: &t.Validation,
		HasCustomEventSelectors: new(len(t.Selectors) > 0 || len(t.Advanced) > 0), HasInsightSelectors: new(len(t.Insights) > 0), IsOrganizationTrail: new(false),
	}
	if t.Prefix != "" {
		shown.S3KeyPrefix = &t.Prefix
	}
	return shown
}

func shownAsCreated(t *api.Trail) *api.CreateTrailOutput {
	return &api.CreateTrailOutput{
		Name: t.Name, S3BucketName: t.S3BucketName, S3KeyPrefix: t.S3KeyPrefix, IncludeGlobalServiceEvents: t.IncludeGlobalServiceEvents,
		IsMultiRegionTrail: t.IsMultiRegionTrail, TrailARN: t.TrailARN, LogFileValidationEnabled: t.LogFileValidationEnabled, IsOrganizationTrail: t.IsOrganizationTrail,
	}
}

func shownAsUpdated(t *api.Trail) *api.UpdateTrailOutput {
	return (*api.UpdateTrailOutput)(shownAsCreated(t))
}
