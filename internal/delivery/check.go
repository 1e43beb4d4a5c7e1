package delivery

import (
	"context"
	"errors"
	"fmt"

	"github.com/warder-iam/warder/internal/objectstore"
)

// checkName is the object that CheckDelivery leaves behind, under a trail's prefix.
const checkName = "AWSLogs/warder-delivery-check"

// ErrOverwrites: the storage makes an object anew where there is one. It would let anybody who may deliver change what was
// delivered, so no trail delivers to it.
var ErrOverwrites = errors.New("delivery: the storage does not know If-None-Match and overwrites objects")

// CheckDelivery tells whether a trail may deliver under a prefix, "" for none, of a bucket. It makes an empty object there,
// as CloudTrail does, and tries to make it again. Its errors are those of objectstore, and ErrOverwrites.
func (j *Job) CheckDelivery(ctx context.Context, bucket, prefix string) error {
	name := objectName(prefix, checkName)
	err := j.o.Storage.Put(ctx, bucket, name, objectstore.Object{})
	if errors.Is(err, objectstore.ErrExists) {
		return nil
	}
	if err == nil {
		if err = j.o.Storage.Put(ctx, bucket, name, objectstore.Object{}); errors.Is(err, objectstore.ErrExists) {
			return nil
		}
		if err == nil {
			err = ErrOverwrites
		}
	}
	return fmt.Errorf("delivery to bucket %s: %w", bucket, err)
}
