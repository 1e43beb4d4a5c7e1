package acceptance

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// TestAuditAlike builds an account full of faults with Terraform and audits it three times: live, from the files that the AWS
// CLI writes by the script of warder audit collect, and from those of warder audit collect --run. What is found is the same.
func TestAuditAlike(t *testing.T) {
	if err := exec.Command("aws", "--version").Run(); err != nil {
		missing(t, "awscli", getAWSCLI)
	}
	if err := exec.Command("terraform", "version").Run(); err != nil {
		missing(t, "terraform", getTerraform)
	}
	dir := t.TempDir()
	config := terraformConfig(t, dir)
	text, err := os.ReadFile("testdata/audit/main.tf")
	check(t, err)
	check(t, os.WriteFile(filepath.Join(dir, "main.tf"), text, 0o600))
	w := start(t)
	tf := &terraform{t: t, w: w, dir: dir, env: w.terraformEnv(config)}
	tf.run("init", "-no-color", "-input=false")
	tf.run("apply", "-auto-approve")

	byCLI, byRun := filepath.Join(dir, "by-cli"), filepath.Join(dir, "by-run")
	w.collect(t, "script", byCLI)
	w.collect(t, "run", byRun)
	live := w.audit(t, dir)
	for name, folder := range map[string]string{"the AWS CLI's files": byCLI, "the files of --run": byRun} {
		if files := w.audit(t, dir, "--input", folder); !reflect.DeepEqual(files, live) {
			t.Errorf("%s tell\n%s\nand live the account tells\n%s", name, files, live)
		}
	}
	if there := w.audit(t, dir, "--input", w.URL); !reflect.DeepEqual(there, live) {
		t.Errorf("by its URL the account tells\n%s\nand by the profile\n%s", there, live)
	}
	live.holds(t)
}

// TestAuditPage does what docs/audit.md says, with a Warder in the place of AWS.
func TestAuditPage(t *testing.T) {
	r := newReadme(t, "../docs/audit.md")
	faulty(t, r.w)
	r.env = append(r.env,
		"AWS_ENDPOINT_URL="+r.w.URL, "AWS_REGION="+region, "AWS_ACCESS_KEY_ID="+r.w.Key.ID, "AWS_SECRET_ACCESS_KEY="+r.w.Key.Secret,
	)
	r.run("")
}

// TestAuditRefused audits as somebody who may read the details and nothing else: the rest is named and not assessed.
func TestAuditRefused(t *testing.T) {
	w := start(t)
	faulty(t, w)
	ctx, client := background(t), w.iam(w.Key)
	_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: new("reader")})
	check(t, err)
	_, err = client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
		UserName: new("reader"), PolicyName: new("details"),
		PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetAccountAuthorizationDetails","Resource":"*"}}`),
	})
	check(t, err)
	key, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: new("reader")})
	check(t, err)
	name := filepath.Join(t.TempDir(), "reader")
	check(t, os.WriteFile(name, []byte(profileText("warder", credentials{ID: *key.AccessKey.AccessKeyId, Secret: *key.AccessKey.SecretAccessKey})), 0o600))

	cmd := exec.Command(w.name, "audit", "--data", w.data(), "--admin-credentials", name, "--fail-on", "none")
	cmd.Env = w.env()
	text, err := cmd.CombinedOutput()
	check(t, err)
	out := string(text)
	for _, want := range []string{"user/printer", "Not assessed", "1 iam:GetAccountPasswordPolicy: AccessDenied"} {
		if !strings.Contains(out, want) {
			t.Errorf("the report does not say %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "has no password policy") {
		t.Errorf("what was refused counts as missing in the account:\n%s", out)
	}
}

// faulty makes the account that docs/audit.md tells of.
func faulty(t *testing.T, w *warder) {
	t.Helper()
	ctx, client := background(t), w.iam(w.Key)
	const (
		anything = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
		release  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"},` +
			`{"Effect":"Allow","Action":"iam:CreateAccessKey","Resource":"arn:aws:iam::` + accountID + `:user/printer"}]}`
		partner = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"999988887777"}}}`
	)
	for _, name := range []string{"carol", "printer"} {
		_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
		check(t, err)
	}
	_, err := client.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: new("carol"), Password: new("Tin-Kettle-49-Harbour")})
	check(t, err)
	_, err = client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: new("carol"), PolicyName: new("release"), PolicyDocument: new(release)})
	check(t, err)
	policy, err := client.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: new("printing"), PolicyDocument: new(anything)})
	check(t, err)
	_, err = client.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: new("printer"), PolicyArn: policy.Policy.Arn})
	check(t, err)
	_, err = client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("partner"), AssumeRolePolicyDocument: new(partner)})
	check(t, err)
}

// collect makes a folder: by running the printed script with the AWS CLI, or by --run.
func (w *warder) collect(t *testing.T, way, folder string) {
	t.Helper()
	cmd := exec.Command(w.name, "audit", "collect", "--run", "--service", "iam", "--service", "account", "--output", folder)
	if way == "script" {
		cmd = exec.Command("sh", "-s", folder)
		cmd.Stdin = strings.NewReader(w.command(t, "audit", "collect", "--service", "iam", "--service", "account"))
	}
	cmd.Env = w.env(
		"AWS_ENDPOINT_URL="+w.URL, "AWS_DEFAULT_REGION="+region, "AWS_REGION="+region, "AWS_MAX_ATTEMPTS=1", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID="+w.Key.ID, "AWS_SECRET_ACCESS_KEY="+w.Key.Secret,
	)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), accountID) || strings.Contains(string(out), "Refused") {
		t.Fatalf("collect by %s: %v\n%s", way, err, out)
	}
}

// audited is what an audit tells, without evidence: a key's last use is another one each time.
type audited struct {
	Assessed, NotAssessed []string
	Findings              map[string]string // title by id
	Administrators        []string
	Escalations           []string // from → to
	External              []string
}

func (a audited) String() string {
	text, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// audit runs one, of the profile's Warder unless more says otherwise.
func (w *warder) audit(t *testing.T, dir string, more ...string) audited {
	t.Helper()
	name := filepath.Join(dir, "report.json")
	w.command(t, append([]string{
		"audit", "--data", w.data(), "--admin-credentials", w.credentials(), "--fail-on", "none", "--output", name,
	}, more...)...)
	text, err := os.ReadFile(name)
	check(t, err)
	var r struct {
		Assessed    []struct{ Check string }
		NotAssessed []struct{ Check string }
		Findings    []struct{ ID, Title string }

		Administrators []struct{ ARN string }
		Escalations    []struct{ From, To string }
		External       []struct{ Principal, Resource string }
	}
	check(t, json.Unmarshal(text, &r))
	a := audited{Findings: map[string]string{}}
	for _, n := range r.Assessed {
		a.Assessed = append(a.Assessed, n.Check)
	}
	for _, n := range r.NotAssessed {
		a.NotAssessed = append(a.NotAssessed, n.Check)
	}
	for _, f := range r.Findings {
		a.Findings[f.ID] = f.Title
	}
	for _, p := range r.Administrators {
		a.Administrators = append(a.Administrators, p.ARN)
	}
	for _, e := range r.Escalations {
		a.Escalations = append(a.Escalations, e.From+" → "+e.To)
	}
	for _, e := range r.External {
		a.External = append(a.External, e.Principal+" → "+e.Resource)
	}
	return a
}

// holds checks that the audits did not agree on nothing.
func (a audited) holds(t *testing.T) {
	t.Helper()
	ids := slices.Sorted(maps.Keys(a.Findings))
	for _, check := range []string{"user-mfa", "password-policy", "access-key-two-active"} {
		if !slices.ContainsFunc(ids, func(id string) bool { return strings.HasPrefix(id, check+"-") }) {
			t.Errorf("no finding of %s among %q", check, ids)
		}
	}
	const prefix = "arn:aws:iam::" + accountID + ":"
	if want := prefix + "user/printer"; !slices.Contains(a.Administrators, want) {
		t.Errorf("%s is not among the administrators %q", want, a.Administrators)
	}
	if !slices.ContainsFunc(a.Escalations, func(e string) bool { return strings.HasPrefix(e, prefix+"user/staff/carol") }) {
		t.Errorf("carol is not among the escalations %q", a.Escalations)
	}
	for _, role := range []string{"role/open", "role/partner", "role/pipeline"} {
		if !slices.ContainsFunc(a.External, func(e string) bool { return strings.HasSuffix(e, prefix+role) }) {
			t.Errorf("%s is not among what others reach: %q", role, a.External)
		}
	}
}
