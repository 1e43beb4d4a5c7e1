package objectstoretest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/warder-iam/warder/internal/objectstore"
)

// Missing is the name of a bucket that must not exist where Suite runs.
const Missing = "warder-no-such-bucket"

// Suite tests a Store that has an empty bucket of that name and none called Missing.
func Suite(t *testing.T, s objectstore.Store, bucket string) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, objectstore.Store, string)
	}{
		{"put and get", putAndGet}, {"never twice", neverTwice}, {"race", race}, {"absent", absent}, {"names", names},
		{"metadata", metadata}, {"too large", tooLarge}, {"list", list}, {"pages", pages}, {"canceled", canceled},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, s, bucket) })
	}
}

func put(t *testing.T, s objectstore.Store, bucket, name string, o objectstore.Object) {
	t.Helper()
	if err := s.Put(t.Context(), bucket, name, o); err != nil {
		t.Fatalf("Put %s: %v", name, err)
	}
}

func want(t *testing.T, s objectstore.Store, bucket, name string, o objectstore.Object) {
	t.Helper()
	got, err := s.Get(t.Context(), bucket, name)
	if err != nil {
		t.Fatalf("Get %s: %v", name, err)
	}
	if !bytes.Equal(got.Data, o.Data) || !maps.Equal(got.Metadata, o.Metadata) {
		t.Errorf("Get %s: %.100q %v, want %.100q %v", name, got.Data, got.Metadata, o.Data, o.Metadata)
	}
	info, err := s.Head(t.Context(), bucket, name)
	if err != nil || info.Name != name || info.Size != int64(len(o.Data)) || !maps.Equal(info.Metadata, o.Metadata) {
		t.Errorf("Head %s: %+v, %v", name, info, err)
	}
}

func putAndGet(t *testing.T, s objectstore.Store, bucket string) {
	gzipLike := append([]byte{0x1f, 0x8b}, bytes.Repeat([]byte{0, 255, '\n'}, 100_000)...)
	for name, o := range map[string]objectstore.Object{
		"get/plain":                     {Data: []byte("text")},
		"get/empty":                     {Data: []byte{}},
		"get/deep/er/and/deeper/x.json": {Data: []byte("{}")},
		"get/large.json.gz":             {Data: gzipLike, Metadata: map[string]string{"signature": "ab12", "signature-algorithm": "SHA256withRSA"}},
		"get/ü and space+(1)=&?#%41":    {Data: []byte("odd name")},
	} {
		put(t, s, bucket, name, o)
		want(t, s, bucket, name, o)
	}
}

func neverTwice(t *testing.T, s objectstore.Store, bucket string) {
	first := objectstore.Object{Data: []byte("first"), Metadata: map[string]string{"of": "first"}}
	put(t, s, bucket, "twice", first)
	for _, o := range []objectstore.Object{first, {Data: []byte("second")}, {Data: []byte("first"), Metadata: map[string]string{"of": "second"}}} {
		if err := s.Put(t.Context(), bucket, "twice", o); !errors.Is(err, objectstore.ErrExists) {
			t.Errorf("the second Put: %v", err)
		}
		want(t, s, bucket, "twice", first)
	}
}

// race: of all that make one object at the same time one succeeds, and data and metadata are those of that one.
func race(t *testing.T, s objectstore.Store, bucket string) {
	const racers = 8
	objects, errs := make([]objectstore.Object, racers), make([]error, racers)
	var group sync.WaitGroup
	for i := range racers {
		objects[i] = objectstore.Object{Data: bytes.Repeat([]byte{byte('a' + i)}, 10_000), Metadata: map[string]string{"by": fmt.Sprint("racer ", i)}}
		group.Go(func() { errs[i] = s.Put(t.Context(), bucket, "race/one", objects[i]) })
	}
	group.Wait()
	winner := slices.Index(errs, nil)
	if winner < 0 {
		t.Fatalf("nobody made it: %v", errs)
	}
	for i, err := range errs {
		if i != winner && !errors.Is(err, objectstore.ErrExists) {
			t.Errorf("racer %d: %v, and racer %d won", i, err, winner)
		}
	}
	want(t, s, bucket, "race/one", objects[winner])
}

func absent(t *testing.T, s objectstore.Store, bucket string) {
	ctx := t.Context()
	put(t, s, bucket, "absent/there", objectstore.Object{Data: []byte("x")})
	for _, test := range []struct {
		bucket, name string
		want         error
	}{
		{bucket, "absent/not", objectstore.ErrNotFound},
		{bucket, "absent", objectstore.ErrNotFound},
		{bucket, "absent/there/below", objectstore.ErrNotFound},
		{Missing, "absent/there", objectstore.ErrNoBucket},
	} {
		if _, err := s.Get(ctx, test.bucket, test.name); !errors.Is(err, test.want) {
			t.Errorf("Get %s/%s: %v, want %v", test.bucket, test.name, err, test.want)
		}
		if _, err := s.Head(ctx, test.bucket, test.name); !errors.Is(err, test.want) {
			t.Errorf("Head %s/%s: %v, want %v", test.bucket, test.name, err, test.want)
		}
	}
	if err := s.Put(ctx, Missing, "x", objectstore.Object{}); !errors.Is(err, objectstore.ErrNoBucket) {
		t.Errorf("Put: %v", err)
	}
	if _, err := s.List(ctx, Missing, "", ""); !errors.Is(err, objectstore.ErrNoBucket) {
		t.Errorf("List: %v", err)
	}
}

func names(t *testing.T, s objectstore.Store, bucket string) {
	ctx := t.Context()
	bad := func(bucket, name string) {
		t.Helper()
		_, gerr := s.Get(ctx, bucket, name)
		_, herr := s.Head(ctx, bucket, name)
		for _, err := range []error{s.Put(ctx, bucket, name, objectstore.Object{}), gerr, herr} {
			if !errors.Is(err, objectstore.ErrName) {
				t.Errorf("bucket %q, object %q: %v", bucket, name, err)
			}
		}
	}
	for _, b := range []string{"", "..", "a", "ab", "Upper", "with/slash", "../up", "a..b", ".abc", "abc.", "-abc", "192.168.0.1", "a_b", "a b", strings.Repeat("x", 64)} {
		bad(b, "x")
		if _, err := s.List(ctx, b, "", ""); !errors.Is(err, objectstore.ErrName) {
			t.Errorf("List of bucket %q: %v", b, err)
		}
	}
	for _, n := range []string{"", "/", "/x", "x/", "a//b", ".", "..", "../x", "a/../b", "a/./b", ".hidden", "a/.hidden/b", "a\\b", "a\x00b",
		"a\nb", "c:x", "a\xffb", "x.metadata.json", strings.Repeat("n", 228), strings.Repeat("nnnn/", 205) + "n"} {
		bad(bucket, n)
	}
}

func metadata(t *testing.T, s objectstore.Store, bucket string) {
	for i, m := range []map[string]string{
		{"": "x"}, {"Upper": "x"}, {"a b": "x"}, {"-a": "x"}, {"a_b": "x"}, {"a": ""}, {"a": "é"}, {"a": "x\r\ny: z"}, {"a": " x"},
		{"a": strings.Repeat("x", objectstore.MaxMetadata)},
	} {
		name := fmt.Sprint("metadata/", i)
		if err := s.Put(t.Context(), bucket, name, objectstore.Object{Metadata: m}); !errors.Is(err, objectstore.ErrName) {
			t.Errorf("%v: %v", m, err)
		}
		if _, err := s.Head(t.Context(), bucket, name); !errors.Is(err, objectstore.ErrNotFound) {
			t.Errorf("%v: it was made: %v", m, err)
		}
	}
	signature := strings.Repeat("0123456789abcdef", 64) // as RSA's of 4096 bits
	o := objectstore.Object{Metadata: map[string]string{"signature": signature, "signature-algorithm": "SHA256withRSA", "a1": "~!\"with space"}}
	put(t, s, bucket, "metadata/good", o)
	want(t, s, bucket, "metadata/good", o)
}

func tooLarge(t *testing.T, s objectstore.Store, bucket string) {
	err := s.Put(t.Context(), bucket, "toolarge", objectstore.Object{Data: make([]byte, objectstore.MaxObject+1)})
	if !errors.Is(err, objectstore.ErrTooLarge) {
		t.Errorf("Put: %v", err)
	}
}

func list(t *testing.T, s objectstore.Store, bucket string) {
	all := []string{"list/a-b", "list/a.b", "list/a/1", "list/a/2/x", "list/a/2/y", "list/a0", "list/b", "list/b.d/z"}
	for _, name := range all {
		put(t, s, bucket, name, objectstore.Object{Data: []byte(name), Metadata: map[string]string{"k": "v"}})
	}
	for _, test := range []struct{ prefix, after string }{
		{"list/", ""}, {"list/a", ""}, {"list/a/", ""}, {"list/a/2", ""}, {"list/a/2/x", ""}, {"list/none", ""}, {"list/a/2/xx", ""},
		{"list/", "list/a/1"}, {"list/", "list/a/1x"}, {"list/", "list/a/2/y"}, {"list/a/", "list/b"}, {"list/b", "list/a"}, {"list/", "list/a/2"},
		{"list/", "list/a/"},
	} {
		got, err := s.List(t.Context(), bucket, test.prefix, test.after)
		if err != nil {
			t.Fatal(err)
		}
		var want []objectstore.Info
		for _, name := range all {
			if strings.HasPrefix(name, test.prefix) && name > test.after {
				want = append(want, objectstore.Info{Name: name, Size: int64(len(name))})
			}
		}
		same := func(a, b objectstore.Info) bool { return a.Name == b.Name && a.Size == b.Size && a.Metadata == nil }
		if !slices.EqualFunc(got, want, same) {
			t.Errorf("prefix %q after %q: %+v, want %+v", test.prefix, test.after, got, want)
		}
	}
}

func pages(t *testing.T, s objectstore.Store, bucket string) {
	const number = objectstore.MaxPage + 7
	var group sync.WaitGroup
	limit := make(chan struct{}, 8)
	for i := range number {
		limit <- struct{}{}
		group.Go(func() {
			defer func() { <-limit }()
			if err := s.Put(t.Context(), bucket, fmt.Sprintf("pages/%02d/%04d", i/100, i), objectstore.Object{}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	var sizes []int
	after, count := "", 0
	for len(sizes) < 5 {
		page, err := s.List(t.Context(), bucket, "pages/", after)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page {
			if o.Name != fmt.Sprintf("pages/%02d/%04d", count/100, count) {
				t.Fatalf("object %d is %s", count, o.Name)
			}
			count, after = count+1, o.Name
		}
		if sizes = append(sizes, len(page)); len(page) < objectstore.MaxPage {
			break
		}
	}
	if !slices.Equal(sizes, []int{objectstore.MaxPage, 7}) {
		t.Errorf("pages of %v", sizes)
	}
}

func canceled(t *testing.T, s objectstore.Store, bucket string) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Put(ctx, bucket, "canceled", objectstore.Object{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Put: %v", err)
	}
	if _, err := s.List(ctx, bucket, "", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("List: %v", err)
	}
	if _, err := s.Head(t.Context(), bucket, "canceled"); !errors.Is(err, objectstore.ErrNotFound) {
		t.Errorf("it was made: %v", err)
	}
}
