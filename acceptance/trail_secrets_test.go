package acceptance

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// planted are secrets that went through a server, by what they are.
type planted struct {
	secrets map[string]string
	// codes of six digits, which may be part of a longer number by chance.
	codes []string
}

func (p *planted) add(what, secret string) string {
	p.secrets[what] = secret
	return secret
}

// TestTrailSecrets plants a secret of every kind, lets events of it be recorded, delivered with digests, and told by alarms,
// and looks for each of them in all of that: log, index and chain, state, deliveries, checkpoints, what alarms send, the
// server's log, and what warder trail prints.
func TestTrailSecrets(t *testing.T) {
	syslog := listenSyslog(t)
	storage := t.TempDir()
	for _, name := range []string{"bucket", "checkpoints"} {
		check(t, os.Mkdir(filepath.Join(storage, name), 0o700))
	}
	p := &planted{secrets: map[string]string{}}
	posted, webhook := listenWebhook(t, p.add("the webhook's secret", "canary-webhook-58213"))
	w := start(t, append(webhook, "--trail-storage", storage, "--deliver-every", "1s", "--digest-every", "1s", "--setup-file", setupFile(t),
		"--checkpoint", filepath.Join(storage, "checkpoints"), "--alarm-syslog", "udp://"+syslog.address)...)
	p.add("the administrator's key", w.Key.Secret)
	master, err := os.ReadFile(w.masterKey(t))
	check(t, err)
	p.add("the master key", strings.TrimSpace(string(master)))
	makeTrail(t, w)
	plantConsole(t, w, p)
	plantPasswords(t, w, p)
	plantMFA(t, w, p)
	plantSessions(t, w, p)
	plantKeys(t, w, p)
	waitDigest(t, filepath.Join(storage, "bucket"))
	for what, told := range map[string]func() string{"syslog": syslog.String, "the webhook": posted.whole} {
		eventually(t, what+" is told of the key", func() bool { return strings.Contains(told(), "access") })
	}
	w.stop(t)

	sinks := map[string]string{
		"syslog": syslog.String(), "the webhook": posted.whole(), "the server's log": w.out.whole(),
		"trail search":    w.command(t, "trail", "search", "--data", w.data(), "--json"),
		"trail tail":      w.command(t, "trail", "tail", "--data", w.data(), "--no-follow", "-n", "100000"),
		"trail summarize": w.command(t, "trail", "summarize", "--data", w.data(), "--json"),
	}
	readSinks(t, sinks, w.data())
	readSinks(t, sinks, storage)
	for sink, sees := range map[string]string{"trail search": "CreateLoginProfile", "trail tail": "ConsoleLogin"} {
		if !strings.Contains(sinks[sink], sees) {
			t.Errorf("%s does not tell of %s", sink, sees)
		}
	}
	delivered := 0
	for _, name := range slices.Sorted(maps.Keys(sinks)) {
		if strings.Contains(name, "CloudTrail") {
			delivered++
		}
		for what, secret := range p.secrets {
			if strings.Contains(sinks[name], secret) {
				t.Errorf("%s stands in %s", what, name)
			}
		}
		for _, code := range p.codes {
			if regexp.MustCompile(`(^|[^0-9A-Za-z.-])` + code + `($|[^0-9A-Za-z.-])`).MatchString(sinks[name]) {
				t.Errorf("an MFA code stands in %s", name)
			}
		}
	}
	if delivered < 3 { // a log file, a digest and its signature
		t.Errorf("only %d files were delivered", delivered)
	}
}

// whole is all of the output.
func (b *logBuffer) whole() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// readSinks reads every file below a folder, the gzipped ones as what they hold. A server that works meanwhile takes files away: those
// that it writes have another name until they are whole.
func readSinks(t *testing.T, sinks map[string]string, dir string) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if strings.HasSuffix(name, ".gz") {
			text, err = unzip(name)
		}
		sinks[name] = string(text)
		return err
	}))
}

// makeTrail begins a trail with digests into the bucket "bucket".
func makeTrail(t *testing.T, w *warder, options ...func(*cloudtrail.Options)) {
	t.Helper()
	ctx := background(t)
	c := cloudtrail.NewFromConfig(w.sdk(w.Key), options...)
	_, err := c.CreateTrail(ctx, &cloudtrail.CreateTrailInput{Name: new("all"), S3BucketName: new("bucket"), EnableLogFileValidation: new(true)})
	check(t, err)
	_, err = c.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: new("all")})
	check(t, err)
}

// waitDigest waits until a digest names a log file with the last thing that was planted.
func waitDigest(t *testing.T, bucket string) {
	t.Helper()
	eventually(t, "a digest names what was recorded last", func() bool {
		sinks := map[string]string{}
		readSinks(t, sinks, bucket)
		for log, text := range sinks {
			if !strings.Contains(text, "CreateServiceSpecificCredential") {
				continue
			}
			for _, digest := range sinks {
				if strings.Contains(digest, filepath.Base(log)) && strings.Contains(digest, `"hashValue"`) {
					return true
				}
			}
		}
		return false
	})
}

// plantPasswords makes, changes and fails to change passwords.
func plantPasswords(t *testing.T, w *warder, p *planted) {
	t.Helper()
	ctx, admin := background(t), w.iam(w.Key)
	_, err := admin.CreateUser(ctx, &iam.CreateUserInput{UserName: new("ann")})
	check(t, err)
	first := p.add("a first password", "Canary-first-7391-Wq!")
	_, err = admin.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: new("ann"), Password: &first})
	check(t, err)
	second := p.add("a new password", "Canary-second-2284-Zk!")
	_, err = admin.UpdateLoginProfile(ctx, &iam.UpdateLoginProfileInput{UserName: new("ann"), Password: &second})
	check(t, err)
	key := newKey(t, admin, "ann")
	p.add("a user's key", key.Secret)
	_, err = admin.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: new("ann"), PolicyArn: new("arn:aws:iam::aws:policy/IAMUserChangePassword")})
	check(t, err)
	third, wrong := p.add("a chosen password", "Canary-third-9913-Rt!"), p.add("a wrong password", "Canary-wrong-5521-Lp!")
	_, err = w.iam(key).ChangePassword(ctx, &iam.ChangePasswordInput{OldPassword: &wrong, NewPassword: &third})
	if err == nil {
		t.Error("a wrong password was taken")
	}
	_, err = w.iam(key).ChangePassword(ctx, &iam.ChangePasswordInput{OldPassword: &second, NewPassword: &third})
	check(t, err)
}

// plantMFA makes a device, and uses codes, right and wrong.
func plantMFA(t *testing.T, w *warder, p *planted) {
	t.Helper()
	ctx, admin := background(t), w.iam(w.Key)
	made, err := admin.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: new("ann")})
	check(t, err)
	seed := p.add("an MFA seed", string(made.VirtualMFADevice.Base32StringSeed))
	one, two := lastCodes(t, seed)
	_, err = admin.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{
		UserName: new("ann"), SerialNumber: made.VirtualMFADevice.SerialNumber, AuthenticationCode1: &one, AuthenticationCode2: &two,
	})
	check(t, err)
	p.codes = append(p.codes, one, two)
	wrong := "918273"
	p.codes = append(p.codes, wrong)
	if _, err := w.sts(w.Key).GetSessionToken(ctx, &sts.GetSessionTokenInput{SerialNumber: made.VirtualMFADevice.SerialNumber, TokenCode: &wrong}); err == nil {
		t.Error("a wrong code was taken")
	}
}

// plantSessions makes temporary credentials of each kind.
func plantSessions(t *testing.T, w *warder, p *planted) {
	t.Helper()
	ctx, admin := background(t), w.iam(w.Key)
	role, err := admin.CreateRole(ctx, &iam.CreateRoleInput{RoleName: new("worker"), AssumeRolePolicyDocument: new(trustRoot)})
	check(t, err)
	client := w.sts(w.Key)
	assumed, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: role.Role.Arn, RoleSessionName: new("plant"), ExternalId: new("sesame")})
	check(t, err)
	p.add("a role's session key", *assumed.Credentials.SecretAccessKey)
	p.add("a role's session token", *assumed.Credentials.SessionToken)
	token, err := client.GetSessionToken(ctx, &sts.GetSessionTokenInput{})
	check(t, err)
	p.add("a session key", *token.Credentials.SecretAccessKey)
	p.add("a session token", *token.Credentials.SessionToken)
	federated, err := client.GetFederationToken(ctx, &sts.GetFederationTokenInput{Name: new("web")})
	check(t, err)
	p.add("a federated key", *federated.Credentials.SecretAccessKey)
	p.add("a federated token", *federated.Credentials.SessionToken)
	stolen := w.Key
	stolen.Secret = p.add("a guessed key", "CanaryGuessedSecretKeyOf40Characters/+xyz")
	if _, err := w.iam(stolen).GetUser(ctx, &iam.GetUserInput{}); err == nil {
		t.Error("a guessed key was taken")
	}
	if _, err := client.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: role.Role.Arn, RoleSessionName: new("plant"), WebIdentityToken: new(p.add("a web identity token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl")),
	}); err == nil {
		t.Error("a token of nobody was taken")
	}
	assertion := p.add("a SAML assertion", base64.StdEncoding.EncodeToString([]byte("<samlp:Response>canary</samlp:Response>")))
	if _, err := client.AssumeRoleWithSAML(ctx, &sts.AssumeRoleWithSAMLInput{
		RoleArn: role.Role.Arn, PrincipalArn: new("arn:aws:iam::" + accountID + ":saml-provider/nobody"), SAMLAssertion: &assertion,
	}); err == nil {
		t.Error("an assertion of nobody was taken")
	}
}

// plantKeys uploads a private key, and makes a service's password.
func plantKeys(t *testing.T, w *warder, p *planted) {
	t.Helper()
	ctx, admin := background(t), w.iam(w.Key)
	certificate, private, _, err := newCertificate("web")
	check(t, err)
	lines := strings.Split(private, "\n")
	p.add("a private key", lines[1])
	for _, body := range []string{certificate, private} { // the second time the key in the certificate's place too
		_, err := admin.UploadServerCertificate(ctx, &iam.UploadServerCertificateInput{
			ServerCertificateName: new("web"), CertificateBody: &body, PrivateKey: &private,
		})
		if (err == nil) != (body == certificate) {
			t.Errorf("upload: %v", err)
		}
	}
	service, err := admin.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{UserName: new("ann"), ServiceName: new("codecommit.amazonaws.com")})
	check(t, err)
	p.add("a service's password", *service.ServiceSpecificCredential.ServicePassword)
}

// syslogServer keeps what it is sent.
type syslogServer struct {
	address string
	mu      sync.Mutex
	text    bytes.Buffer
}

func (s *syslogServer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func listenSyslog(t *testing.T) *syslogServer {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	check(t, err)
	s := &syslogServer{address: conn.LocalAddr().String()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 64<<10)
		for {
			n, _, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			s.mu.Lock()
			s.text.Write(append(b[:n:n], '\n'))
			s.mu.Unlock()
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return s
}
