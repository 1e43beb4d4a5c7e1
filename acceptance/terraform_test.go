package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

const getTerraform = "Get Terraform 1.5 or later from its maker and a folder of providers (terraform providers mirror DIR) that holds hashicorp/aws, " +
	"and name that folder in WARDER_TF_MIRROR. A CLI configuration file in TF_CLI_CONFIG_FILE does as well."

// TestTerraform applies a configuration of all that Warder serves, changes it, imports it and destroys it; the account
// is then as it was.
func TestTerraform(t *testing.T) {
	tf := newTerraform(t)
	ctx := background(t)
	client := tf.w.iam(tf.w.Key)
	untouched := accountOf(ctx, t, client)

	tf.run("init", "-no-color", "-input=false")
	tf.run("apply", "-auto-approve", "-var-file=before.json")
	tf.unchanged("before.json")
	tf.outputs(map[string]any{
		"caller": "arn:aws:iam::" + accountID + ":user/admin", "alice": "arn:aws:iam::" + accountID + ":user/staff/alice",
		"members": []any{"alice"}, "max_session": 3600.0, "document": "s3:GetObject", "profile_role": "app",
		"read_only": "arn:aws:iam::aws:policy/ReadOnlyAccess",
		"device":    "arn:aws:iam::" + accountID + ":mfa/staff/bob",
	})

	out := tf.run("apply", "-auto-approve", "-var-file=after.json")
	// The provider replaces the alias and the renamed user's membership. The user itself, and all else, is changed in place.
	if !strings.Contains(out, "2 added") || !strings.Contains(out, "2 destroyed") {
		t.Errorf("the change replaced what can be changed:\n%s", out)
	}
	tf.unchanged("after.json")
	tf.outputs(map[string]any{
		"alice": "arn:aws:iam::" + accountID + ":user/people/alice", "members": []any{"alice", "bob"}, "max_session": 7200.0,
		"document": []any{"s3:ListBucket", "s3:GetObject"},
	})

	tf.forgetAndImport()
	tf.unchanged("after.json")

	tf.run("destroy", "-auto-approve", "-var-file=after.json")
	if now := accountOf(ctx, t, client); now != untouched {
		t.Errorf("destroy left something:\n%s\nbefore it was:\n%s", now, untouched)
	}
}

// terraform is a working folder of Terraform.
type terraform struct {
	t   *testing.T
	w   *warder
	dir string
	env []string
}

func newTerraform(t *testing.T) *terraform {
	t.Helper()
	if err := exec.Command("terraform", "version").Run(); err != nil {
		missing(t, "terraform", getTerraform)
	}
	dir := t.TempDir()
	config := terraformConfig(t, dir)
	for _, name := range []string{"main.tf", "credentials.tf", "before.json", "after.json"} {
		text, err := os.ReadFile(filepath.Join("testdata/terraform", name))
		check(t, err)
		check(t, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	writeMaterial(t, dir)
	w := start(t)
	return &terraform{t: t, w: w, dir: dir, env: w.terraformEnv(config)}
}

// terraformEnv is Terraform's environment, with a CLI configuration file.
func (w *warder) terraformEnv(config string) []string {
	return w.env(
		"TF_CLI_CONFIG_FILE="+config,
		"TF_IN_AUTOMATION=1",
		"CHECKPOINT_DISABLE=1",
		"AWS_ENDPOINT_URL="+w.URL,
		"AWS_ENDPOINT_URL_IAM="+w.URL,
		"AWS_ENDPOINT_URL_STS="+w.URL,
		"AWS_REGION="+region,
		"AWS_ACCESS_KEY_ID="+w.Key.ID,
		"AWS_SECRET_ACCESS_KEY="+w.Key.Secret,
		"AWS_EC2_METADATA_DISABLED=true",
	)
}

// writeMaterial gives the configuration its keys and certificates.
func writeMaterial(t *testing.T, dir string) {
	t.Helper()
	certificate, private, public, err := newCertificate("app")
	check(t, err)
	text, err := json.Marshal(map[string]string{
		"certificate": certificate, "private_key": private, "ssh_public_key": strings.TrimSpace(public),
	})
	check(t, err)
	check(t, os.WriteFile(filepath.Join(dir, "material.auto.tfvars.json"), text, 0o600))
}

// terraformConfig is a CLI configuration that takes the provider from a folder and never from the network.
func terraformConfig(t *testing.T, dir string) string {
	t.Helper()
	home, err := os.UserHomeDir()
	check(t, err)
	local, _ := filepath.Glob("/opt/*") // fails only for a bad pattern
	for _, mirror := range append([]string{
		os.Getenv("WARDER_TF_MIRROR"), os.Getenv("TF_PLUGIN_CACHE_DIR"), filepath.Join(home, ".terraform.d/plugins"),
		"/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins",
	}, local...) {
		if found, _ := filepath.Glob(filepath.Join(mirror, "*/hashicorp/aws/*")); mirror == "" || len(found) == 0 {
			continue
		}
		config := filepath.Join(dir, "terraformrc")
		text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
		check(t, os.WriteFile(config, []byte(text), 0o600))
		return config
	}
	for _, config := range []string{os.Getenv("TF_CLI_CONFIG_FILE"), filepath.Join(home, ".terraformrc")} {
		if text, err := os.ReadFile(config); err == nil && bytes.Contains(text, []byte("provider_installation")) {
			return config
		}
	}
	missing(t, "terraform", "There is no AWS provider in any known folder. "+getTerraform)
	return ""
}

// try runs Terraform and returns all that it printed.
func (tf *terraform) try(args ...string) (string, error) {
	cmd := exec.CommandContext(tf.t.Context(), "terraform", args...)
	cmd.Dir, cmd.Env = tf.dir, tf.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// run is try that must succeed.
func (tf *terraform) run(args ...string) string {
	tf.t.Helper()
	if args[0] == "apply" || args[0] == "destroy" || args[0] == "plan" {
		args = append(args, "-no-color", "-input=false")
	}
	out, err := tf.try(args...)
	if err != nil {
		tf.t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// unchanged checks that a plan finds nothing to do: Warder gives back what it was given.
func (tf *terraform) unchanged(vars string) {
	tf.t.Helper()
	out, err := tf.try("plan", "-no-color", "-input=false", "-detailed-exitcode", "-var-file="+vars)
	if exit := new(exec.ExitError); errors.As(err, &exit) && exit.ExitCode() == 2 {
		tf.t.Fatalf("after apply a plan finds changes:\n%s", out)
	} else if err != nil {
		tf.t.Fatalf("terraform plan: %v\n%s", err, out)
	}
}

// outputs compares some of the outputs.
func (tf *terraform) outputs(want map[string]any) {
	tf.t.Helper()
	for name, value := range want {
		if have := tf.output()[name].Value; !reflect.DeepEqual(have, value) {
			tf.t.Errorf("output %s is %v, want %v", name, have, value)
		}
	}
}

type output struct{ Value any }

// output reads them from the state, which takes no second of start-up.
func (tf *terraform) output() map[string]output {
	tf.t.Helper()
	text, err := os.ReadFile(filepath.Join(tf.dir, "terraform.tfstate"))
	check(tf.t, err)
	var state struct{ Outputs map[string]output }
	check(tf.t, json.Unmarshal(text, &state))
	return state.Outputs
}

// forgetAndImport takes what can be imported out of the state and imports it again, which must find nothing to change.
func (tf *terraform) forgetAndImport() {
	tf.t.Helper()
	text, err := os.ReadFile("testdata/terraform/imports.json")
	check(tf.t, err)
	var imports []struct{ To, ID string }
	check(tf.t, json.Unmarshal(text, &imports))
	forget := []string{"state", "rm"}
	var blocks strings.Builder
	for _, i := range imports {
		forget = append(forget, i.To)
		fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", i.To, i.ID)
	}
	tf.run(forget...)
	file := filepath.Join(tf.dir, "imports.tf")
	check(tf.t, os.WriteFile(file, []byte(blocks.String()), 0o600))
	out := tf.run("apply", "-auto-approve", "-var-file=after.json")
	if want := fmt.Sprintf("%d imported, 0 added, 0 changed, 0 destroyed", len(imports)); !strings.Contains(out, want) {
		tf.t.Errorf("the import does not end in %q:\n%s", want, out)
	}
	check(tf.t, os.Remove(file))
}

// accountOf is all that an account holds, as text.
func accountOf(ctx context.Context, t *testing.T, client *iam.Client) string {
	t.Helper()
	details, err := client.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{MaxItems: new(int32(1000))})
	check(t, err)
	aliases, err := client.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{})
	check(t, err)
	profiles, err := client.ListInstanceProfiles(ctx, &iam.ListInstanceProfilesInput{})
	check(t, err)
	summary, err := client.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
	check(t, err)
	text, err := json.MarshalIndent([]any{
		details.UserDetailList, details.GroupDetailList, details.RoleDetailList, details.Policies,
		aliases.AccountAliases, profiles.InstanceProfiles, summary.SummaryMap,
	}, "", " ")
	check(t, err)
	return string(text)
}
