package report

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/report/reporttest"
)

// TestJSONRoundTrip: a report that is read again, as a baseline is, says the same.
func TestJSONRoundTrip(t *testing.T) {
	for _, r := range []*audit.Report{reporttest.Sample(), reporttest.Large()} {
		var first, again bytes.Buffer
		if err := writeJSON(&first, r, Options{}); err != nil {
			t.Fatal(err)
		}
		var read audit.Report
		d := json.NewDecoder(bytes.NewReader(first.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&read); err != nil {
			t.Fatal(err)
		}
		if err := writeJSON(&again, &read, Options{}); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Error("a report is another one after it was read")
		}
	}
}
