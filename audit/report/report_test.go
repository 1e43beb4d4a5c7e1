package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/report/reporttest"
	"github.com/warder-iam/warder/internal/visible"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestFormats compares each form of the sample with testdata.
func TestFormats(t *testing.T) {
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			var got bytes.Buffer
			if err := f.Write(&got, reporttest.Sample(), Options{Tool: "1.2.3", Input: "export folder"}); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "sample"+f.Extension)
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s differs from what is written; look, and run with -update if it is right\n%s", file, got.String())
			}
			readAsIs := []string{"text", "csv", "markdown"} // the others escape, or their readers show
			if i := bytes.IndexFunc(got.Bytes(), func(c rune) bool { return c != '\n' && visible.Hidden(c) }); i >= 0 && slices.Contains(readAsIs, f.Name) {
				t.Errorf("a control character at %d reaches the reader", i)
			}
		})
	}
}

// TestEmpty writes a report that says nothing: lists are empty, not null, and each form can still be read.
func TestEmpty(t *testing.T) {
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			var got bytes.Buffer
			if err := f.Write(&got, &audit.Report{Findings: []audit.Finding{}}, Options{}); err != nil {
				t.Fatal(err)
			}
			var err error
			switch f.Name {
			case "json", "sarif", "ocsf":
				var v any
				err = json.Unmarshal(got.Bytes(), &v)
			case "csv":
				_, err = csv.NewReader(&got).ReadAll()
			case "junit":
				var v struct{}
				err = xml.Unmarshal(got.Bytes(), &v)
			}
			if err != nil || got.Len() == 0 && f.Name != "csv" && f.Name != "asff" {
				t.Errorf("%v: %q", err, got.String())
			}
		})
	}
}

// TestASFFBatches: a request of BatchImportFindings takes a hundred.
func TestASFFBatches(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 100: 1, 101: 2, 250: 3} {
		r := reporttest.Sample()
		for len(r.Findings) < n {
			r.Findings = append(r.Findings, r.Findings[0])
		}
		r.Findings = r.Findings[:n]
		var got bytes.Buffer
		if err := writeASFF(&got, r, Options{}); err != nil {
			t.Fatal(err)
		}
		batches, total := 0, 0
		for d := json.NewDecoder(&got); d.More(); batches++ {
			var b asffBatch
			if err := d.Decode(&b); err != nil {
				t.Fatal(err)
			}
			if len(b.Findings) == 0 || len(b.Findings) > asffBatchSize {
				t.Errorf("%d findings in one request", len(b.Findings))
			}
			total += len(b.Findings)
		}
		if batches != want || total != n {
			t.Errorf("%d findings in %d requests with %d, want %d", n, batches, total, want)
		}
	}
}

func TestOCSFVersions(t *testing.T) {
	if err := writeOCSF(&bytes.Buffer{}, reporttest.Sample(), Options{OCSF: "0.9"}); err == nil || !strings.Contains(err.Error(), "1.3.0") {
		t.Errorf("an unknown version gives %v", err)
	}
}
