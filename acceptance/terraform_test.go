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

	"github.com/warder-iam/warder/internal/saml/samltest"
)

const getTerraform = "Get Terraform 1.5 or later from its maker and a folder of providers (terraform providers mirror DIR) that holds hashicorp/aws 5.100, " +
	"and name that folder in WARDER_TF_MIRROR. A CLI configuration file in TF_CLI_CONFIG_FILE does as well."

// TestTerraform applies a configuration with all that the AWS provider has of IAM and of an account's contacts, changes it, imports it and destroys it;
// the account is then as it was.
func TestTerraform(t *testing.T) {
	tf := newTerraform(t)
	client := tf.w.iam(tf.w.Key)
	untouched := accountOf(background(t), t, client)

	tf.run("init", "-no-color", "-input=false")
	tf.run("apply", "-auto-approve", "-var-file=before.json")
	tf.unchanged("before.json")
	tf.outputs("before")
	tf.everythingIsUsed()

	tf.meddle(background(t), client)
	out := tf.run("apply", "-auto-approve", "-var-file=after.json")
	// The provider replaces the alias and the renamed user's membership. The user itself, and all else, is changed in place.
	if want := "2 added, 35 changed, 2 destroyed"; !strings.Contains(out, want) {
		t.Errorf("the change is not %q:\n%s", want, out)
	}
	tf.unchanged("after.json")
	tf.outputs("after")

	tf.forgetAndImport()

	tf.equip(background(t), client, "leaver")
	tf.run("destroy", "-auto-approve", "-var-file=after.json")
	if now := accountOf(background(t), t, client); now != untouched {
		t.Errorf("destroy left something:\n%s\nbefore it was:\n%s", now, untouched)
	}
}

// terraform is a working folder of Terraform.
type terraform struct {
	t    *testing.T
	w    *warder
	from string // where the configuration comes from
	dir  string
	env  []string
}

func newTerraform(t *testing.T) *terraform {
	t.Helper()
	tf := terraformFrom(t, "testdata/terraform")
	writeMaterial(t, tf.dir)
	tf.on(start(t))
	return tf
}

// terraformFrom makes a working folder with a configuration. It is for no server yet.
func terraformFrom(t *testing.T, from string) *terraform {
	t.Helper()
	if err := exec.Command("terraform", "version").Run(); err != nil {
		missing(t, "terraform", getTerraform)
	}
	dir := t.TempDir()
	check(t, os.CopyFS(dir, os.DirFS(from)))
	return &terraform{t: t, from: from, dir: dir}
}

// on makes a server the one that Terraform calls.
func (tf *terraform) on(w *warder) { tf.w, tf.env = w, w.terraformEnv(terraformConfig(tf.t, tf.dir)) }

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

// writeMaterial gives the configuration its keys, certificates and metadata.
func writeMaterial(t *testing.T, dir string) {
	t.Helper()
	leaf, authority, key := newChain(t)
	own, _, public, err := newCertificate("alice")
	check(t, err)
	var metadata []string
	for _, issuer := range []string{"https://idp.example.com/first", "https://idp.example.com/second"} {
		metadata = append(metadata, samltest.New(t, issuer).Document(t))
	}
	text, err := json.Marshal(map[string]any{
		"server_certificate": leaf, "server_chain": authority, "server_key": key,
		"signing_certificate": own, "ssh_public_key": strings.TrimSpace(public), "saml_metadata": metadata,
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

func (tf *terraform) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(tf.t.Context(), "terraform", args...)
	cmd.Dir, cmd.Env = tf.dir, tf.env
	return cmd
}

// try runs Terraform and returns all that it printed.
func (tf *terraform) try(args ...string) (string, error) {
	out, err := tf.command(args...).CombinedOutput()
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

// outputs compares some of the outputs with what outputs.json expects at that stage.
func (tf *terraform) outputs(stage string) {
	tf.t.Helper()
	have := tf.state().Outputs
	for name, want := range readJSON[map[string]map[string]any](tf.t, "testdata/terraform/outputs.json")[stage] {
		if !reflect.DeepEqual(have[name].Value, want) {
			tf.t.Errorf("%s: output %s is %v, want %v", stage, name, have[name].Value, want)
		}
	}
}

// state reads the state's file, which takes no second of start-up.
func (tf *terraform) state() tfState {
	tf.t.Helper()
	return readJSON[tfState](tf.t, filepath.Join(tf.dir, "terraform.tfstate"))
}

// tfImport is an import block. ID may refer to what the state has of the resource: "${certificate_id}:alice".
type tfImport struct{ To, ID string }

// resource is the type of what is imported.
func (i tfImport) resource() string {
	resource, _, _ := strings.Cut(i.To, ".")
	return resource
}

// forgetAndImport takes what can be imported out of the state and imports it again. The plan that does so must find
// nothing to change.
func (tf *terraform) forgetAndImport() {
	tf.t.Helper()
	imports := readJSON[[]tfImport](tf.t, filepath.Join(tf.from, "imports.json"))
	attributes := map[string]map[string]any{}
	for _, r := range tf.state().Resources {
		if r.Mode == "managed" {
			attributes[r.Type+"."+r.Name] = r.Instances[0].Attributes
		}
	}
	forget := []string{"state", "rm"}
	var blocks strings.Builder
	for _, i := range imports {
		forget = append(forget, i.To)
		id := os.Expand(i.ID, func(name string) string { return fmt.Sprint(attributes[i.To][name]) })
		fmt.Fprintf(&blocks, "import {\n  to = %s\n  id = %q\n}\n", i.To, id)
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

func readJSON[T any](t testing.TB, file string) T {
	t.Helper()
	text, err := os.ReadFile(file)
	check(t, err)
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return v
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
	_, noPolicy := client.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{})
	refused(t, "GetAccountPasswordPolicy", noPolicy, "NoSuchEntity")
	summary, err := client.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
	check(t, err)
	text, err := json.MarshalIndent([]any{
		details.UserDetailList, details.GroupDetailList, details.RoleDetailList, details.Policies,
		aliases.AccountAliases, profiles.InstanceProfiles, summary.SummaryMap,
	}, "", " ")
	check(t, err)
	return string(text)
}
