package acceptance

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/rogpeppe/go-internal/testscript"
)

const getAWSCLI = "Get the AWS CLI: as root on Debian, apt-get install awscli."

// TestAWSCLI runs the scripts in testdata/awscli, each on a server of its own. Beside testscript's commands they have
//
//	aws ARGS…        the AWS CLI as the user admin, or with --profile as somebody else
//	profile NAME     writes the profile NAME from the last output: key id, secret, and token if any
//	let NAME         sets the variable NAME to the last output
//	certificate NAME writes a certificate, its private key and an SSH public key: NAME.pem, NAME.key, NAME.pub
//	users N          makes N users user-0001 … in the path /many/
//	code NAME... FILE STEPS  sets variables to one-time codes: see cmdCode
func TestAWSCLI(t *testing.T) {
	if err := exec.Command("aws", "--version").Run(); err != nil {
		missing(t, "awscli", getAWSCLI)
	}
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/awscli",
		Setup:              setUpCLI,
		RequireUniqueNames: true,
		Condition:          cliCondition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"aws":     cmdAWS,
			"profile": cmdProfile,
			"let":     cmdLet,
			"users":   cmdUsers,

			"certificate": cmdCertificate,
			"code":        cmdCode,
		},
	})
}

// serverKey is where a script keeps its server.
type serverKey struct{}

func setUpCLI(env *testscript.Env) error {
	t, ok := env.T().(testing.TB)
	if !ok {
		return errors.New("testscript runs outside go test")
	}
	storage := filepath.Join(env.WorkDir, ".storage")
	if err := os.MkdirAll(filepath.Join(storage, "trail-bucket"), 0o700); err != nil {
		return err
	}
	w := start(t, "--trail-storage", storage)
	env.Values[serverKey{}] = w
	files := map[string]string{"credentials": profileText("admin", w.Key), "config": ""}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(env.WorkDir, "."+name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	env.Vars = append(env.Vars,
		"HOME="+w.home,
		"DATA="+w.data(),
		"ENDPOINT="+w.URL,
		"ACCOUNT="+accountID,
		"ADMIN="+w.credentials(),
		"PATH="+filepath.Dir(w.name)+string(os.PathListSeparator)+os.Getenv("PATH"),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(env.WorkDir, ".credentials"),
		"AWS_CONFIG_FILE="+filepath.Join(env.WorkDir, ".config"),
		"AWS_PROFILE=admin",
		"AWS_DEFAULT_REGION=us-east-1",
		"AWS_DEFAULT_OUTPUT=text",
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_MAX_ATTEMPTS=1", // a retry would hide an error
		"AWS_PAGER=",
	)
	return nil
}

func profileText(name string, c credentials) string {
	text := fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", name, c.ID, c.Secret)
	if c.Token != "" {
		text += "aws_session_token = " + c.Token + "\n"
	}
	return text
}

func cmdAWS(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec("aws", append([]string{"--endpoint-url", ts.Getenv("ENDPOINT")}, args...)...)
	switch exit := new(exec.ExitError); {
	case err == nil && neg:
		ts.Fatalf("aws succeeded, but must not")
	case err != nil && !neg:
		ts.Fatalf("aws: %v", err)
	case err != nil && !errors.As(err, &exit):
		ts.Fatalf("aws could not run: %v", err)
	case neg && strings.Contains(ts.ReadFile("stderr"), "Traceback"):
		ts.Fatalf("aws itself failed")
	}
}

func cmdProfile(ts *testscript.TestScript, neg bool, args []string) {
	fields := strings.Fields(ts.ReadFile("stdout"))
	if neg || len(args) != 1 || len(fields) < 2 || len(fields) > 3 {
		ts.Fatalf("usage: profile NAME, after an output of key id, secret and perhaps token")
	}
	c := credentials{ID: fields[0], Secret: fields[1]}
	if len(fields) == 3 {
		c.Token = fields[2]
	}
	file := ts.Getenv("AWS_SHARED_CREDENTIALS_FILE")
	text, err := os.ReadFile(file)
	ts.Check(err)
	// A profile that is written anew replaces the old one: the CLI refuses a file that has two of a name.
	old := regexp.MustCompile(`(?m)^\[` + regexp.QuoteMeta(args[0]) + `\]\n([^\[].*\n)*`)
	ts.Check(os.WriteFile(file, append(old.ReplaceAll(text, nil), profileText(args[0], c)...), 0o600))
}

func cmdLet(ts *testscript.TestScript, neg bool, args []string) {
	value := strings.TrimSpace(ts.ReadFile("stdout"))
	if neg || len(args) != 1 || value == "" {
		ts.Fatalf("usage: let NAME, after an output")
	}
	ts.Setenv(args[0], value)
}

// cmdUsers goes through the SDK: a CLI call costs a second of start-up.
func cmdUsers(ts *testscript.TestScript, neg bool, args []string) {
	w, ok := ts.Value(serverKey{}).(*warder)
	if neg || !ok || len(args) != 1 {
		ts.Fatalf("usage: users N")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	client := w.iam(w.Key)
	for i := range n {
		_, err := client.CreateUser(context.Background(), &iam.CreateUserInput{UserName: new(fmt.Sprintf("user-%04d", i+1)), Path: new("/many/")})
		ts.Check(err)
	}
}

// cliCondition knows [services]: this CLI reads endpoints from a profile's services section.
func cliCondition(name string) (bool, error) {
	if name != "services" {
		return false, fmt.Errorf("unknown condition %q", name)
	}
	return cliReadsServices()
}

var cliReadsServices = sync.OnceValues(func() (bool, error) {
	out, err := exec.Command("aws", "--version").CombinedOutput()
	if err != nil {
		return false, err
	}
	version := regexp.MustCompile(`aws-cli/(\d+)\.(\d+)`).FindStringSubmatch(string(out))
	if version == nil {
		return false, fmt.Errorf("aws --version says %q", out)
	}
	minor, err := strconv.Atoi(version[2])
	return version[1] == "1" && minor >= 29 || version[1] == "2" && minor >= 13, err
})

func cmdCertificate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: certificate NAME")
	}
	certificate, private, public, err := newCertificate(args[0])
	ts.Check(err)
	for name, text := range map[string]string{".pem": certificate, ".key": private, ".pub": public} {
		ts.Check(os.WriteFile(ts.MkAbs(args[0]+name), []byte(text), 0o600))
	}
}
