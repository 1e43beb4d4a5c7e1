package localkey

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/apiclient"
	"github.com/warder-iam/warder/internal/wholefile"
)

// DefaultDuration is how long sessions last unless a profile says otherwise.
const DefaultDuration = time.Hour

// spare is how long before its end a session is replaced, at most: AWS's SDKs want to refresh 15 minutes ahead, and would
// ask anew for each request if they got less.
const spare = 15 * time.Minute

// Session is credentials that end. Its JSON is what credential_process hands out, and what the cache holds.
type Session struct {
	Version         int
	AccessKeyId     string // the names are those of credential_process
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

// Credentials are those to sign with.
func (s *Session) Credentials() apiclient.Credentials {
	return apiclient.Credentials{ID: s.AccessKeyId, Secret: s.SecretAccessKey, Token: s.SessionToken}
}

// Source makes sessions from a key.
type Source struct {
	Client   *apiclient.Client
	Endpoint string // for telling apart what is cached
	KeyID    string
	Place    Place
	RoleARN  string // "" for a session of the user itself
	// MFASerial is the device whose code is asked for, "" for none.
	MFASerial string
	Duration  time.Duration
	// Code asks a person for the code of a device.
	Code func(serial string) (string, error)
	// CacheDir keeps the session for the next process, in a file for its owner alone.
	CacheDir string
}

// Get gives the cached session, or a new one. Any number of processes may ask at the same time: one makes the session, and
// the others wait for it.
func (s *Source) Get(ctx context.Context) (_ *Session, err error) {
	name := s.fingerprint()
	unlock, err := Lock(s.CacheDir, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	path := filepath.Join(s.CacheDir, name+".json")
	if cached, err := readSession(path); err != nil {
		return nil, err
	} else if cached != nil && s.fresh(cached, time.Now()) {
		return cached, nil
	}
	key, err := s.Place.Load(s.KeyID)
	if err != nil {
		return nil, err
	}
	made, err := s.Make(ctx, key)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(made)
	if err != nil {
		return nil, err
	}
	return made, wholefile.Replace(path, 0o600, text)
}

// Forget drops the cached session.
func (s *Source) Forget() error {
	return removeIfThere(filepath.Join(s.CacheDir, s.fingerprint()+".json"))
}

// fingerprint names all that a session depends on, so that a changed profile never meets the old one's session.
func (s *Source) fingerprint() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{s.Endpoint, s.KeyID, s.RoleARN, s.MFASerial, s.Duration.String()}, "\x00")))
	return fmt.Sprintf("%s-%x", s.KeyID, sum[:8])
}

func (s *Source) fresh(c *Session, now time.Time) bool {
	return c.Expiration.Sub(now) > min(spare, s.Duration/4)
}

// readSession gives nil where none is cached, or what is there is not a session: it is only a cache.
func readSession(path string) (*Session, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	c := new(Session)
	if json.Unmarshal(text, c) != nil || c.Version != 1 || c.AccessKeyId == "" || c.SecretAccessKey == "" || c.SessionToken == "" {
		return nil, nil
	}
	return c, nil
}

// Make makes a session, whatever is cached. Where a role's trust policy refuses and the user has a device, it may be that
// the policy wants a code: the device's code is asked for, and the role tried once more.
func (s *Source) Make(ctx context.Context, key Key) (*Session, error) {
	made, err := s.request(ctx, key, s.MFASerial)
	if s.RoleARN == "" || s.MFASerial != "" || !apiclient.HasCode(err, "AccessDenied") {
		return made, err
	}
	serial := FindMFADevice(ctx, s.Client, key)
	if serial == "" {
		return nil, err
	}
	return s.request(ctx, key, serial)
}

// FindMFADevice gives the serial number of the user's first device that shows codes; "" where there is none, or the user
// may not look.
func FindMFADevice(ctx context.Context, client *apiclient.Client, key Key) string {
	var out struct {
		Serials []string `xml:"ListMFADevicesResult>MFADevices>member>SerialNumber"`
	}
	if client.Do(ctx, key.credentials(), apiclient.Call{Service: "iam", Action: "ListMFADevices"}, &out) != nil {
		return ""
	}
	for _, serial := range out.Serials {
		if !strings.Contains(serial, ":u2f/") { // a security key shows no code
			return serial
		}
	}
	return ""
}

func (k Key) credentials() apiclient.Credentials {
	return apiclient.Credentials{ID: k.ID, Secret: k.Secret}
}

func (s *Source) request(ctx context.Context, key Key, serial string) (*Session, error) {
	params := url.Values{"DurationSeconds": {strconv.Itoa(int(s.Duration / time.Second))}}
	if serial != "" {
		code, err := s.Code(serial)
		if err != nil {
			return nil, err
		}
		params.Set("SerialNumber", serial)
		params.Set("TokenCode", code)
	}
	call := apiclient.Call{Service: "sts", Action: "GetSessionToken", Params: params}
	if s.RoleARN != "" {
		caller, err := WhoIs(ctx, s.Client, key.credentials())
		if err != nil {
			return nil, err
		}
		params.Set("RoleArn", s.RoleARN)
		params.Set("RoleSessionName", caller.SessionName())
		call.Action = "AssumeRole"
	}
	var out struct {
		Role  issued `xml:"AssumeRoleResult>Credentials"`
		Token issued `xml:"GetSessionTokenResult>Credentials"`
	}
	if err := s.Client.Do(ctx, key.credentials(), call, &out); err != nil {
		return nil, err
	}
	if s.RoleARN != "" {
		return out.Role.session()
	}
	return out.Token.session()
}

// issued is the form in which STS issues credentials.
type issued struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

func (i *issued) session() (*Session, error) {
	if i.AccessKeyID == "" || i.SecretAccessKey == "" || i.SessionToken == "" || i.Expiration.IsZero() {
		return nil, errors.New("the server's answer holds no whole credentials")
	}
	return &Session{1, i.AccessKeyID, i.SecretAccessKey, i.SessionToken, i.Expiration.UTC()}, nil
}

// Caller is who a key belongs to.
type Caller struct{ ARN, Account string }

// WhoIs asks the server.
func WhoIs(ctx context.Context, client *apiclient.Client, by apiclient.Credentials) (Caller, error) {
	var out struct {
		ARN     string `xml:"GetCallerIdentityResult>Arn"`
		Account string `xml:"GetCallerIdentityResult>Account"`
	}
	err := client.Do(ctx, by, apiclient.Call{Service: "sts", Action: "GetCallerIdentity"}, &out)
	return Caller{out.ARN, out.Account}, err
}

// Name is the user's, without path.
func (c Caller) Name() string { return c.ARN[strings.LastIndexAny(c.ARN, "/:")+1:] }

// SessionName names the user in a role's session, so that the trail tells who used the role. It has two characters at
// least.
func (c Caller) SessionName() string {
	if name := c.Name(); len(name) > 1 {
		return name
	}
	return "user-" + c.Name()
}
