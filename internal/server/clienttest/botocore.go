package clienttest

import (
	"bytes"
	_ "embed" // botocore_reader.py
	"encoding/json"
	"fmt"
	"os/exec"
	"testing"

	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server/servertest"
)

//go:embed botocore_reader.py
var botocoreReader string

// reading is what botocore makes of answers, by operation.
type reading struct {
	Version string `json:"version"`
	// Unknown are operations that this version does not have; with any it reads nothing.
	Unknown []string `json:"unknown"`
	// Faults of each answer.
	Faults map[string][][]string `json:"faults"`
	// Unseen are the members of the output that no answer has, as sorted paths: "Users.member.Tags".
	Unseen map[string][]string `json:"unseen"`
}

// botocore lets one Python read all answers of a service.
func (a *Answers) botocore(t *testing.T, service *awsapi.Service) *reading {
	t.Helper()
	const how = "Get Python 3, and botocore in its newest version: python3 -m pip install --upgrade botocore."
	if err := exec.Command("python3", "-c", "import botocore").Run(); err != nil {
		servertest.Missing(t, "botocore", how)
	}
	answers := map[string][]Answer{}
	for _, op := range service.Operations {
		if kept := a.of(op); len(kept) > 0 {
			answers[op.Name] = kept
		}
	}
	work, err := json.Marshal(map[string]any{"service": service.Name, "answers": answers})
	servertest.Check(t, err)

	var out, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "python3", "-c", botocoreReader)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(work), &out, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("the reader with botocore: %v\n%s", err, &stderr)
	}
	r := new(reading)
	servertest.Check(t, json.Unmarshal(out.Bytes(), r))
	if len(r.Unknown) > 0 {
		servertest.Missing(t, "botocore", fmt.Sprintf("Version %s does not know %s. %s", r.Version, r.Unknown, how))
	}
	t.Log("botocore ", r.Version)
	return r
}
