package store

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/trail"
)

func TestDeliveries(t *testing.T) {
	ctx, engine, keyring := t.Context(), newMemKV(t), testKeyring(t)
	s := testOpen(t, engine, keyring)
	if all, err := s.Deliveries(ctx); err != nil || all != nil {
		t.Fatalf("in the beginning: %v, %v", all, err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	d := &Delivery{
		Account: here, Trail: &directory.Trail{ID: "t1", Name: "main", Created: at, Bucket: "b", Logging: true, Started: at}, Read: 9, Files: 130, Digested: 7,
		Past:  []Choice{{Until: at}, {Until: at.Add(time.Minute), Trail: &directory.Trail{Region: "us-east-1", GlobalEvents: true}}},
		Spans: []Span{{From: at, Until: at.Add(time.Hour)}, {From: at.Add(2 * time.Hour)}}, DigestEnd: at, Records: 3,
		Plan:     &Plan{Bucket: "b", Object: "o", At: at, Digest: &DigestPlan{Files: 130, Log: trail.Head{Sequence: 9, Hash: trail.Hash{1}, Time: at}, Signature: "ab"}},
		Previous: &trail.PreviousDigest{Bucket: "b", Object: "p", Hash: "h", Signature: "s"}, Chain: trail.ChainPoint{Sequence: 5, Hash: trail.Hash{2}},
		Status: DeliveryStatus{LatestDelivery: at, LatestDigestError: "AccessDenied"},
	}
	other := &Delivery{Account: elsewhere, Trail: &directory.Trail{ID: "t1", Name: "main"}}
	if err := s.SaveDelivery(ctx, other, nil); err != nil {
		t.Fatal(err)
	}
	tags := bytes.Repeat([]byte("01234567"), 10_000) // of the largest file
	for n := uint64(1); n <= d.Files; n++ {
		file := &DeliveredFile{Number: n, File: trail.LogFile{Bucket: "b", Object: strings.Repeat("x", int(n)), OldestEvent: at}, Records: trail.FileRecords{Tags: tags}}
		if err := s.SaveDelivery(ctx, d, file); err != nil {
			t.Fatal(err)
		}
		tags = tags[:16]
	}
	_ = s.Close()
	s = testOpen(t, engine, keyring)
	all, err := s.Deliveries(ctx)
	if err != nil || len(all) != 2 {
		t.Fatalf("%v, %v", all, err)
	}
	got := all[0]
	if got.Account != here {
		got = all[1]
	}
	if !reflect.DeepEqual(got, d) {
		t.Errorf("got %+v, want %+v", got, d)
	}
	files, err := s.DeliveredFiles(ctx, here, "t1", 1, 130)
	if err != nil || len(files) != 130 || files[0].Records.Count() != 10_000 || files[129].Number != 130 || len(files[129].File.Object) != 130 {
		t.Errorf("%d files, %v", len(files), err)
	}
	if err := s.ForgetDelivered(ctx, here, "t1", 128); err != nil {
		t.Fatal(err)
	}
	if files, err := s.DeliveredFiles(ctx, here, "t1", 129, 130); err != nil || len(files) != 2 {
		t.Errorf("%d files, %v", len(files), err)
	}
	var damage *DamagedError
	if _, err := s.DeliveredFiles(ctx, here, "t1", 128, 130); !errors.As(err, &damage) {
		t.Errorf("a lost file: %v", err)
	}
	if err := s.ForgetDelivery(ctx, d); err != nil {
		t.Fatal(err)
	}
	if all, err := s.Deliveries(ctx); err != nil || len(all) != 1 || all[0].Account != elsewhere {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := s.DeliveredFiles(ctx, here, "t1", 130, 130); err == nil {
		t.Error("a file is still there")
	}
}

// A record that was put in another trail's place is found out.
func TestDeliveryMoved(t *testing.T) {
	ctx, engine := t.Context(), newMemKV(t)
	s := testOpen(t, engine, testKeyring(t))
	if err := s.SaveDelivery(ctx, &Delivery{Account: here, Trail: &directory.Trail{ID: "t1"}}, nil); err != nil {
		t.Fatal(err)
	}
	engine.edit(func(data map[string][]byte) {
		data[deliveryKey(here, "t2")] = bytes.Clone(data[deliveryKey(here, "t1")])
	})
	var damage *DamagedError
	if _, err := s.Deliveries(ctx); !errors.As(err, &damage) {
		t.Errorf("moved: %v", err)
	}
}
