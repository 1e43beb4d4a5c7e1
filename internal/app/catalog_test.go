package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/warder-iam/warder/catalog"
)

const (
	myapp  = `{"Name":"myapp","Actions":[{"Name":"Approve"}],"ConditionKeys":[{"Name":"myapp:Approvers","Types":["ArrayOfString"]}]}`
	myapp2 = `{"Name":"myapp","Actions":[{"Name":"Reject"}]}`
	other  = `{"Name":"other","Actions":[{"Name":"Do"}]}`
)

// The server knows one's own services, from the data directory and from where the configuration says.
func TestServerKnowsOwnServices(t *testing.T) {
	for name, configured := range map[string]bool{"in the data directory": false, "where the configuration says": true} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t)
			if configured {
				p.Catalog = filepath.Join(t.TempDir(), "services")
			}
			if _, _, err := NewOwnServices(p.Catalog, p.Data).Put([]byte(myapp)); err != nil {
				t.Fatal(err)
			}
			a := p.start(t)
			defer stop(t, a)
			c := a.store.Snapshot().Library().Catalog()
			if _, known := c.Action("myapp", "approve"); !known {
				t.Error("the action is not known")
			}
			if multi, known := c.Multivalued("myapp:approvers"); !multi || !known {
				t.Error("the condition key is not known")
			}
			if _, known := c.Action("s3", "GetObject"); !known {
				t.Error("AWS's actions are gone")
			}
		})
	}
}

// What is wrong with a description is found before anything is made.
func TestBadServiceStopsTheFirstStart(t *testing.T) {
	p := newPlace(t)
	p.Catalog = t.TempDir()
	write(t, filepath.Join(p.Catalog, "bad.json"), `{"Name":"My App"}`)
	p.fails(t, "catalog: ", "bad.json: service reference: Name")
	if _, err := os.Stat(p.Data); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the data directory: %v", err)
	}
}

func TestOwnServices(t *testing.T) {
	dir := t.TempDir()
	o := NewOwnServices(dir, "")
	put := func(text string, wantReplaced bool, wantFile string) {
		t.Helper()
		s, replaced, err := o.Put([]byte(text))
		if err != nil || replaced != wantReplaced || filepath.Base(s.File) != wantFile {
			t.Errorf("%s: %q, replaced %v, %v", text, s.File, replaced, err)
		}
	}
	put(other, false, "other.json")
	write(t, filepath.Join(dir, "by-hand.json"), myapp)
	put(myapp2, true, "by-hand.json")
	write(t, filepath.Join(dir, ".hidden.json"), "{")
	write(t, filepath.Join(dir, "notes.txt"), "{")
	list, err := o.Read()
	if err != nil || len(list) != 2 || list[0].Prefix != "myapp" || list[0].Actions[0].Name != "Reject" || list[1].Prefix != "other" {
		t.Errorf("%v, %v", list, err)
	}

	if _, _, err := o.Put([]byte(`{"Name":"third"}`)); err == nil {
		t.Error("a service without actions is kept")
	}
	write(t, filepath.Join(dir, "big.json"), myapp+strings.Repeat(" ", catalog.MaxReference))
	if _, err := o.Read(); err == nil || !strings.Contains(err.Error(), "big.json: service reference: ") {
		t.Errorf("a file that is too long: %v", err)
	}
	remove(t, filepath.Join(dir, "big.json"))
	write(t, filepath.Join(dir, "twice.json"), other)
	if _, err := o.Catalog(); err == nil || !strings.Contains(err.Error(), "both describe the service other") {
		t.Errorf("a service twice: %v", err)
	}
	remove(t, filepath.Join(dir, "twice.json"))

	if file, err := o.Remove("MYAPP"); err != nil || filepath.Base(file) != "by-hand.json" {
		t.Errorf("%q, %v", file, err)
	}
	if _, err := o.Remove("myapp"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed twice: %v", err)
	}
	if c, err := NewOwnServices(filepath.Join(dir, "other.json"), "").Catalog(); err != nil {
		t.Error(err)
	} else if _, known := c.Action("other", "do"); !known {
		t.Error("one file is not read")
	}
	if _, err := NewOwnServices(filepath.Join(dir, "nowhere"), "").Read(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a place that somebody named and that is not there: %v", err)
	}
	if list, err := NewOwnServices("", filepath.Join(dir, "nowhere")).Read(); len(list) != 0 || err != nil {
		t.Errorf("the default place, which need not be there: %v, %v", list, err)
	}
}
