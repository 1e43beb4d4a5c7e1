package warder_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTmpLong(t *testing.T) {
	f := newFixture(t)
	var patterns, values []string
	for i := range 4 {
		patterns = append(patterns, fmt.Sprintf(`"*%sb%d*"`, strings.Repeat("?", 4000), i))
	}
	for i := range 8 {
		values = append(values, fmt.Sprintf("%q", strings.Repeat("a", 8000)+fmt.Sprint(i)))
	}
	bomb := document(`{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"ForAnyValue:StringLike":{"s3:x":[` + strings.Join(patterns, ",") + `]}}}`)
	resource := `"resource":{"type":"o","id":"arn:aws:s3:::b/k","properties":{"policy":` + bomb + `}}`
	context := `"context":{"s3:x":[` + strings.Join(values, ",") + `]}`
	repeated := func(n int) string { return `"evaluations":[{}` + strings.Repeat(",{}", n-1) + `]}` }
	common := `{` + aliceJSON + `,` + getJSON + `,` + resource + `,` + context + `,`
	for _, n := range []int{1, 10, 256} {
		start := time.Now()
		got := post(t, f.notes, "/access/v1/evaluations", common+repeated(n))
		fmt.Println(n, got.Status, time.Since(start), http.StatusOK, got.Message)
	}
}
