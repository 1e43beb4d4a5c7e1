package delivery

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/warder-iam/warder/internal/objectstore"
)

// overwriting is storage that does not know If-None-Match.
type overwriting struct{ objectstore.Store }

func (overwriting) Put(context.Context, string, string, objectstore.Object) error { return nil }

func TestCheckDelivery(t *testing.T) {
	w := newWorld(t)
	j := w.job()
	for range 2 { // the second time it finds what the first one left
		if err := j.CheckDelivery(t.Context(), bucket, "some/prefix"); err != nil {
			t.Error(err)
		}
	}
	if err := j.CheckDelivery(t.Context(), bucket, ""); err != nil {
		t.Error(err)
	}
	if got := w.names(""); !slices.Equal(got, []string{"AWSLogs/warder-delivery-check", "some/prefix/AWSLogs/warder-delivery-check"}) {
		t.Errorf("it left %v", got)
	}
	for _, test := range []struct {
		bucket, prefix string
		want           error
	}{
		{"no-such-bucket", "", objectstore.ErrNoBucket},
		{bucket, "/", objectstore.ErrName}, {bucket, "..", objectstore.ErrName}, {bucket, "a/../b", objectstore.ErrName}, {bucket, "a/", objectstore.ErrName},
		{"..", "", objectstore.ErrName},
	} {
		if err := j.CheckDelivery(t.Context(), test.bucket, test.prefix); !errors.Is(err, test.want) {
			t.Errorf("bucket %s, prefix %s: %v, want %v", test.bucket, test.prefix, err, test.want)
		}
	}
	w.storage.FailPuts(-1, 0, objectstore.ErrDenied)
	if err := j.CheckDelivery(t.Context(), bucket, "denied"); !errors.Is(err, objectstore.ErrDenied) {
		t.Errorf("denied: %v", err)
	}
	w.options.Storage = overwriting{}
	if err := w.job().CheckDelivery(t.Context(), bucket, ""); !errors.Is(err, ErrOverwrites) {
		t.Errorf("overwriting storage: %v", err)
	}
}
