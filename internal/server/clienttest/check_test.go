package clienttest

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server/servertest"
)

// faultCase is a line of testdata/faults.json: an answer, and the beginnings of what each client finds wrong with it.
type faultCase struct {
	Name string `json:"name"`
	Answer
	SDK      []string `json:"sdk"`
	Botocore []string `json:"botocore"`
}

func faultCases(t *testing.T) (cases []faultCase) {
	t.Helper()
	text, err := os.ReadFile("testdata/faults.json")
	servertest.Check(t, err)
	servertest.Check(t, json.Unmarshal(text, &cases))
	if len(cases) == 0 {
		t.Fatal("there is no case")
	}
	return cases
}

// same compares faults with their beginnings.
func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("faults %q, want %q", got, want)
	}
}

func operation(name string) *awsapi.Operation {
	i := slices.IndexFunc(iam.Service.Operations, func(op *awsapi.Operation) bool { return op.Name == name })
	return iam.Service.Operations[i]
}

func TestSDKFindsFaults(t *testing.T) {
	sdk := newSDK()
	for _, c := range faultCases(t) {
		t.Run(c.Name, func(t *testing.T) { same(t, sdk.faults(t.Context(), operation(c.Operation), c.Answer), c.SDK) })
	}
}

func TestBotocoreFindsFaults(t *testing.T) {
	cases := faultCases(t)
	a := &Answers{kept: map[string][]Answer{}}
	place := make([]int, len(cases))
	for i, c := range cases {
		key := iam.Service.APIVersion + c.Operation
		place[i] = len(a.kept[key])
		a.kept[key] = append(a.kept[key], c.Answer)
	}
	read := a.botocore(t, iam.Service)
	for i, c := range cases {
		t.Run(c.Name, func(t *testing.T) { same(t, read.Faults[c.Operation][place[i]], c.Botocore) })
	}
	if got, want := read.Unseen["ListUserTags"], []string{"Marker"}; !slices.Equal(got, want) {
		t.Errorf("unseen members %q, want %q", got, want)
	}
}
