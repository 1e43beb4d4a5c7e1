package delivery

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"maps"
	"time"

	"github.com/warder-iam/warder/internal/objectstore"
	"github.com/warder-iam/warder/internal/store"
	"github.com/warder-iam/warder/trail"
)

const (
	// maxRecords and maxText bound a log file: what a digest keeps of each record, and the memory that a file takes before
	// it is compressed.
	maxRecords, maxText = 10_000, 16 << 20
)

// ErrConflict: the storage holds another object in the place of one that is to be delivered.
var ErrConflict = fmt.Errorf("delivery: not the object that is to be delivered: %w", objectstore.ErrExists)

// built is a log file before it is delivered.
type built struct {
	data    []byte // compressed
	last    uint64 // sequence of its last record
	read    uint64 // of the last record that was looked at
	more    bool   // it is full, or of the other kind than the next record, and the log may hold more
	insight bool   // its records are Insights
	records trail.Written
}

// file delivers the next log file, if the log holds an event of the trail. It reports whether there may be another.
func (w *worker) file(ctx context.Context, now time.Time) (more bool, err error) {
	head := w.job.o.Log.Head().Sequence
	if head <= w.d.Read || len(w.d.Spans) == 0 {
		return false, w.pass(ctx, head)
	}
	b, err := w.build(ctx, head)
	if err != nil {
		return false, err
	}
	if b.data == nil {
		return false, w.pass(ctx, b.read)
	}
	d := w.change()
	d.Plan = &store.Plan{Bucket: d.Trail.Bucket, At: now, Last: b.last}
	name := trail.LogObjectName
	if b.insight {
		name = trail.InsightObjectName
	}
	d.Plan.Object = objectName(d.Trail.Prefix, name(d.Account, d.Trail.Region, now, uniqueName(d, b.last)))
	if err := w.save(ctx, d, nil); err != nil {
		return false, ofState(err)
	}
	return b.more, w.putFile(ctx, b)
}

// objectName puts a prefix, "" for none, before a name.
func objectName(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "/" + name
}

// pass notes that no record up to a sequence is the trail's.
func (w *worker) pass(ctx context.Context, sequence uint64) error {
	if sequence <= w.d.Read {
		return nil
	}
	d := w.change()
	d.Read = sequence
	return ofState(w.save(ctx, d, nil))
}

// uniqueName tells files of one minute apart, those of other trails in the same bucket too: 16 letters and digits, the
// same whenever the file is built again.
func uniqueName(d *store.Delivery, last uint64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%d", d.Trail.ID, d.Read, last))
	return base32.StdEncoding.EncodeToString(sum[:10])
}

// build makes a file of the trail's records after Read, up to the last sequence at most. Its data are nil where there are
// none.
func (w *worker) build(ctx context.Context, last uint64) (*built, error) {
	log := w.job.o.Log.After(ctx, w.d.Read)
	if w.d.Read == 0 {
		log = w.job.o.Log.Since(ctx, w.d.Spans[0].From)
	}
	var data bytes.Buffer
	packed := trail.NewGzipWriter(&data)
	text := trail.NewLogWriter(packed, w.d.Delivered)
	b, size, count := &built{read: w.d.Read}, 0, 0
	for record, err := range log {
		if err != nil {
			return nil, ofState(err)
		}
		if record.Sequence > last {
			break
		}
		wanted := wants(w.d, record.Event)
		if wanted && count > 0 && record.Event.IsInsight() != b.insight { // CloudTrail's files have records of one kind
			b.more = true
			break
		}
		if wanted {
			b.insight = record.Event.IsInsight()
			if err := text.Append(record.Line, record.Event.EventTime); err != nil {
				return nil, err
			}
			count, size, b.last = count+1, size+len(record.Line), record.Sequence
		}
		b.read = record.Sequence
		if count >= w.job.o.fileRecords || size >= w.job.o.fileBytes {
			b.more = true
			break
		}
	}
	if count == 0 {
		b.read = max(b.read, last) // Since passes over the log's older part
		return b, nil
	}
	var err error
	if b.records, err = text.Close(); err != nil {
		return nil, err
	}
	if err := packed.Close(); err != nil {
		return nil, err
	}
	b.data = data.Bytes()
	return b, nil
}

// carryOut finishes what was planned before the process ended, or the storage failed.
func (w *worker) carryOut(ctx context.Context) error {
	if w.d.Plan.Digest != nil {
		return w.putDigest(ctx)
	}
	b, err := w.build(ctx, w.d.Plan.Last)
	if err != nil {
		return err
	}
	if b.data == nil || b.last != w.d.Plan.Last {
		return ofState(fmt.Errorf("delivery: the log does not hold record %d of %s any more", w.d.Plan.Last, w.d.Plan.Object))
	}
	return w.putFile(ctx, b)
}

// putFile delivers the planned file, and only then notes it.
func (w *worker) putFile(ctx context.Context, b *built) error {
	plan := w.d.Plan
	if err := w.put(ctx, plan, objectstore.Object{Data: b.data}); err != nil {
		return err
	}
	d := w.change()
	d.Plan, d.Read = nil, plan.Last
	now := time.Now().UTC().Truncate(time.Second)
	d.Status.LatestDelivery, d.Status.LatestDeliveryAttempt, d.Status.LatestDeliveryError = now, now, ""
	if !d.Trail.Validation {
		return ofState(w.save(ctx, d, nil))
	}
	d.Files++
	d.Delivered = b.records.Chain
	d.Records += b.records.Records.Count()
	file := &store.DeliveredFile{Number: d.Files, File: b.records.File, Records: b.records.Records}
	file.File.Bucket, file.File.Object = plan.Bucket, plan.Object
	return ofState(w.save(ctx, d, file))
}

// put makes the planned object. One that is there already must be the same: an earlier attempt made it.
func (w *worker) put(ctx context.Context, plan *store.Plan, o objectstore.Object) error {
	err := w.job.o.Storage.Put(ctx, plan.Bucket, plan.Object, o)
	if !errors.Is(err, objectstore.ErrExists) {
		return err
	}
	there, err := w.job.o.Storage.Get(ctx, plan.Bucket, plan.Object)
	if err != nil {
		return err
	}
	if same, err := sameText(there.Data, o.Data); err != nil {
		return fmt.Errorf("%w: %s/%s: %w", ErrConflict, plan.Bucket, plan.Object, err)
	} else if !same || !maps.Equal(there.Metadata, o.Metadata) {
		return fmt.Errorf("%w: %s/%s", ErrConflict, plan.Bucket, plan.Object)
	}
	return nil
}

// sameText compares what two compressed files say: another version of Go may have compressed the one that is there.
func sameText(a, b []byte) (bool, error) {
	if bytes.Equal(a, b) {
		return true, nil
	}
	x, err := gzip.NewReader(bytes.NewReader(a))
	if err != nil {
		return false, err
	}
	y, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return false, err
	}
	return sameStream(x, y)
}

// sameStream compares piece by piece, so that a small file that says very much takes no memory.
func sameStream(x, y io.Reader) (bool, error) {
	const piece = 32 << 10
	p, q := make([]byte, piece), make([]byte, piece)
	for {
		n, xerr := io.ReadFull(x, p)
		m, yerr := io.ReadFull(y, q)
		switch {
		case !bytes.Equal(p[:n], q[:m]):
			return false, nil
		case ended(xerr) && ended(yerr):
			return true, nil
		case xerr != nil || yerr != nil:
			return false, errors.Join(xerr, yerr)
		}
	}
}

func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
