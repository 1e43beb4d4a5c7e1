package delivery

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/warder-iam/warder/internal/objectstore"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

// fullFiles and fullRecords are what one digest names: then it does not wait for its time, so that its size is bounded.
const fullFiles, fullRecords = 200, 1_000_000

// full: the next digest is as large as one may be.
func (w *worker) full() bool {
	return w.d.Files-w.d.Digested >= fullFiles || w.d.Records >= fullRecords
}

// digestAt is when the next digest is due; zero for never as things are. While the trail is logging with validation there
// is one for each period, also where nothing happened. When it was stopped, deleted, or validation switched off, there is a
// last one for what no digest tells yet.
func (w *worker) digestAt() time.Time {
	d := w.d
	open := openSpan(d)
	switch {
	case open != nil && d.Trail.Validation:
		return d.DigestEnd.Add(w.job.o.DigestEvery)
	case open == nil && len(d.Spans) > 0 && (d.Files > d.Digested || d.Trail.Validation && d.DigestEnd.Before(d.Spans[len(d.Spans)-1].Until)):
		return latest(d.Spans[len(d.Spans)-1].Until.Add(settle), d.DigestEnd.Add(time.Second))
	case d.Files > d.Digested:
		return d.DigestEnd.Add(time.Second)
	}
	return time.Time{}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (w *worker) digestDue(now time.Time) bool {
	at := w.digestAt()
	return !at.IsZero() && !now.Before(at) && now.After(w.d.DigestEnd)
}

// digest plans the digest that ends now, and delivers it.
func (w *worker) digest(ctx context.Context, now time.Time) error {
	key, err := w.job.o.State.DigestSigner(ctx, now)
	if err != nil {
		return ofState(err)
	}
	head, err := w.job.o.Log.SyncChain(ctx)
	if err != nil {
		return ofState(err)
	}
	d := w.change()
	t := d.Trail
	d.Plan = &store.Plan{
		Bucket: t.Bucket, Object: objectName(t.Prefix, trail.DigestObjectName(d.Account, t.Region, t.Name, t.Region, now)), At: now,
		Digest: &store.DigestPlan{Files: d.Files, Log: head, KeyFingerprint: trail.Fingerprint(&key.PublicKey)},
	}
	digest, text, err := w.digestText(ctx, d)
	if err != nil {
		return err
	}
	if d.Plan.Digest.Signature, err = digest.Sign(key, text); err != nil {
		return ofState(err)
	}
	checkpoint := trail.Checkpoint{
		AccountID: d.Account, Trail: t.Name, Time: now, Digest: digestAt(d.Plan, text), Chain: d.Delivered, Log: d.Plan.Digest.Log,
	}
	if err := checkpoint.Sign(key); err != nil {
		return ofState(err)
	}
	encoded, err := checkpoint.Encode()
	if err != nil {
		return ofState(err)
	}
	d.Plan.Digest.Checkpoint = string(encoded)
	if err := w.save(ctx, d, nil); err != nil {
		return ofState(err)
	}
	return w.putDigest(ctx)
}

// digestAt is a planned digest as its successor names it.
func digestAt(plan *store.Plan, text []byte) trail.PreviousDigest {
	return trail.PreviousDigest{Bucket: plan.Bucket, Object: plan.Object, Hash: trail.HashText(text), Signature: plan.Digest.Signature}
}

// digestText makes the planned digest, the same each time.
func (w *worker) digestText(ctx context.Context, d *store.Delivery) (*trail.Digest, []byte, error) {
	files, err := w.job.o.State.DeliveredFiles(ctx, d.Account, d.Trail.ID, d.Digested+1, d.Plan.Digest.Files)
	if err != nil {
		return nil, nil, ofState(err)
	}
	digest := &trail.Digest{
		AccountID: d.Account, Start: d.DigestEnd, End: d.Plan.At, Bucket: d.Plan.Bucket, Object: d.Plan.Object,
		Previous: d.Previous, KeyFingerprint: d.Plan.Digest.KeyFingerprint,
		Warder: &trail.DigestRecords{Trail: d.Trail.Name, Before: d.Chain, After: d.Delivered, Log: d.Plan.Digest.Log},
	}
	for _, f := range files {
		digest.LogFiles = append(digest.LogFiles, f.File)
		digest.Warder.Files = append(digest.Warder.Files, f.Records)
		digest.NewestEvent = latest(digest.NewestEvent, f.File.NewestEvent)
		if digest.OldestEvent.IsZero() || f.File.OldestEvent.Before(digest.OldestEvent) {
			digest.OldestEvent = f.File.OldestEvent
		}
	}
	text, err := digest.Encode()
	return digest, text, ofState(err)
}

// putDigest delivers the planned digest, hands out its checkpoint, and only then notes it.
func (w *worker) putDigest(ctx context.Context) error {
	plan := w.d.Plan
	_, text, err := w.digestText(ctx, w.d)
	if err != nil {
		return err
	}
	var data bytes.Buffer
	packed := trail.NewGzipWriter(&data)
	if _, err := packed.Write(text); err != nil {
		return err
	}
	if err := packed.Close(); err != nil {
		return err
	}
	metadata := map[string]string{trail.MetadataSignature: plan.Digest.Signature, trail.MetadataSignatureAlg: trail.SignatureAlgorithm}
	if err := w.put(ctx, plan, objectstore.Object{Data: data.Bytes(), Metadata: metadata}); err != nil {
		return err
	}
	if err := w.checkpoint(ctx); err != nil {
		return err
	}
	d := w.change()
	previous := digestAt(plan, text)
	d.Previous, d.Chain, d.DigestEnd, d.Digested = &previous, d.Delivered, plan.At, plan.Digest.Files
	d.Plan, d.Records = nil, 0
	d.Status.LatestDigest, d.Status.LatestDigestError = time.Now().UTC().Truncate(time.Second), ""
	if err := w.save(ctx, d, nil); err != nil {
		return ofState(err)
	}
	if d.Digested == 0 {
		return nil
	}
	return ofState(w.job.o.State.ForgetDelivered(ctx, d.Account, d.Trail.ID, d.Digested))
}

// checkpoint hands out the planned digest's checkpoint. The second place may be away: the trail does not wait for it.
func (w *worker) checkpoint(ctx context.Context) error {
	text := []byte(w.d.Plan.Digest.Checkpoint)
	c, err := trail.ParseCheckpoint(text)
	if err != nil {
		return ofState(err)
	}
	if err := w.job.o.State.SetCheckpoint(ctx, c); err != nil {
		return ofState(err)
	}
	if w.job.o.SecondPlace != nil {
		w.job.secondPlace(w.job.o.SecondPlace(w.account, w.d.Trail.Name, text))
	}
	return nil
}

// secondPlace keeps and logs what became of a checkpoint's second place.
func (j *Job) secondPlace(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case err != nil && j.second == "":
		j.second = fmt.Sprintf("no checkpoint reaches its second place since %s", time.Now().UTC().Format(time.RFC3339))
		j.o.Logger.Warn("the second place does not take checkpoints; the next digest tries again", "error", err.Error())
	case err == nil && j.second != "":
		j.second = ""
		j.o.Logger.Info("the second place takes checkpoints again")
	}
}
