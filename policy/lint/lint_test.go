package lint

import (
	"testing"

	"github.com/warder-iam/warder/catalog"
)

func TestSkeleton(t *testing.T) {
	got := Check(`{"Statement":{"Effect":"Allow","Action":[],"Resource":"*","Condition":{}}}`, Options{Catalog: catalog.Load()})
	for _, f := range got {
		t.Log(f.Type, f.Code, f.Details, f.Link, f.Locations[0].Span)
	}
	if len(got) != 3 {
		t.Errorf("%d findings", len(got))
	}
}
