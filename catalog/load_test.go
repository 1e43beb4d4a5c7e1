package catalog_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/warder-iam/warder/catalog"
)

// The first look-ups from many goroutines inflate once and see the same.
func TestConcurrentFirstUse(t *testing.T) {
	c := catalog.Load()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, ok := c.Action("s3", "GetObject"); !ok {
				t.Error("s3:GetObject is missing")
			}
			if _, known := c.Multivalued("aws:TagKeys"); !known {
				t.Error("aws:TagKeys is missing")
			}
			p, ok := c.ManagedPolicy("arn:aws:iam::aws:policy/ReadOnlyAccess")
			if !ok {
				t.Error("ReadOnlyAccess is missing")
				return
			}
			if text, ok := p.Document(p.Versions[0].ID); !ok || text == "" {
				t.Error("its oldest version is missing")
			}
		})
	}
	wg.Wait()
}

// What a server does at its start (load, one policy, the keys) stays small.
func TestStartIsCheap(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c := catalog.Load()
	p, _ := c.ManagedPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	text, _ := p.Document("")
	_, known := c.Multivalued("aws:TagKeys")
	runtime.ReadMemStats(&after)
	if text == "" || !known {
		t.Fatal("the catalogue is empty")
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("a start allocates %d KiB, want 8 MiB at most", used>>10)
	}
	runtime.KeepAlive(c)
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		catalog.Load()
	}
}

// BenchmarkFirstUse measures what the first look-up of each kind costs.
func BenchmarkFirstUse(b *testing.B) {
	uses := []struct {
		name string
		use  func(*catalog.Catalog)
	}{
		{"ManagedPolicy", func(c *catalog.Catalog) { c.ManagedPolicy("arn:aws:iam::aws:policy/AdministratorAccess") }},
		{"Document", func(c *catalog.Catalog) {
			p, _ := c.ManagedPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
			p.Document("")
		}},
		{"OldestDocument", func(c *catalog.Catalog) {
			p, _ := c.ManagedPolicy("arn:aws:iam::aws:policy/ReadOnlyAccess")
			p.Document(p.Versions[0].ID)
		}},
		{"ConditionKey", func(c *catalog.Catalog) { c.ConditionKey("aws:TagKeys") }},
		{"Action", func(c *catalog.Catalog) { c.Action("s3", "GetObject") }},
		{"AllActions", func(c *catalog.Catalog) {
			for range c.Matching("*") {
			}
		}},
	}
	for _, use := range uses {
		b.Run(use.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				use.use(catalog.Load())
			}
		})
	}
}

// BenchmarkLookUp measures look-ups after the first.
func BenchmarkLookUp(b *testing.B) {
	c := catalog.Load()
	uses := []struct {
		name string
		use  func()
	}{
		{"ManagedPolicy", func() { c.ManagedPolicy("arn:aws:iam::aws:policy/AdministratorAccess") }},
		{"Multivalued/exact", func() { c.Multivalued("aws:TagKeys") }},
		{"Multivalued/tag", func() { c.Multivalued("aws:PrincipalTag/team") }},
		{"Multivalued/unknown", func() { c.Multivalued("myapp:Colour") }},
		{"Action", func() { c.Action("s3", "GetObject") }},
	}
	for _, use := range uses {
		b.Run(use.name, func(b *testing.B) {
			b.ReportAllocs()
			use.use()
			for b.Loop() {
				use.use()
			}
		})
	}
}
