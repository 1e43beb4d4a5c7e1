package warder_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/internal/server/servertest"
)

// BenchmarkEvaluate is one decision over loopback, signed anew each time, on one connection.
func BenchmarkEvaluate(b *testing.B) {
	f := newFixture(b)
	body := question("", "", "", "")
	b.ReportAllocs()
	for b.Loop() {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, f.URL+"/access/v1/evaluation", strings.NewReader(body))
		servertest.Check(b, err)
		r.Header.Set("Content-Type", "application/json")
		f.notes.Sign(b, r, "warder", body, time.Now())
		if got := send(b, f.notes, r); !got.allowed() {
			b.Fatal(got.Body)
		}
	}
}

// BenchmarkEvaluateBatch is a hundred decisions in one call.
func BenchmarkEvaluateBatch(b *testing.B) {
	f := newFixture(b)
	body := `{` + aliceJSON + `,` + getJSON + `,` + object("b/1") + `,"evaluations":[{}` + strings.Repeat(",{}", 99) + `]}`
	b.ReportAllocs()
	for b.Loop() {
		if got := post(b, f.notes, "/access/v1/evaluations", body); len(got.Evaluations) != 100 {
			b.Fatal(got.Body)
		}
	}
}
