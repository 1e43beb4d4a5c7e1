package session

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
)

const account = "123456789012"

var issued = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newKeys(tb testing.TB) *Keys {
	ring, _, err := seal.NewKeyring(seal.NewMaster())
	if err != nil {
		tb.Fatal(err)
	}
	return NewKeys(ring)
}

func simple() Claims {
	return Claims{
		Type: AssumedRole, Account: account, PrincipalID: "AROAEXAMPLE", SessionName: "deploy",
		Issued: issued, Expires: issued.Add(time.Hour), IssuerARN: "arn:aws:iam::123456789012:user/ann", IssuerID: "AIDAEXAMPLE",
	}
}

// large has a session policy of 2 KB and 50 tags, as a deployment system might write them.
func large() Claims {
	c := simple()
	var policy strings.Builder
	policy.WriteString(`{"Version":"2012-10-17","Statement":[`)
	for i := 0; policy.Len() < 1900; i++ {
		if i > 0 {
			policy.WriteString(",")
		}
		fmt.Fprintf(&policy, `{"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":"arn:aws:s3:::bucket-%d/*"}`, i)
	}
	c.Policies = []string{policy.String() + "]}"}
	c.PolicyARNs = []string{"arn:aws:iam::aws:policy/ReadOnlyAccess"}
	for i := range 50 {
		c.Tags = append(c.Tags, directory.Tag{Key: fmt.Sprintf("team-%d", i), Value: fmt.Sprintf("cost-centre-%d", i*37)})
		c.TransitiveTagKeys = append(c.TransitiveTagKeys, fmt.Sprintf("team-%d", i))
	}
	return c
}

func TestAccessKey(t *testing.T) {
	keys := newKeys(t)
	key, err := keys.MintAccessKey(account)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := AccountOf(key.ID); !ok || got != account || key.ID[:4] != PrefixAccessKey {
		t.Errorf("id %q", key.ID)
	}
	if s := string(key.Secret.Reveal()); !regexp.MustCompile(`^[A-Za-z0-9+/]{40}$`).MatchString(s) {
		t.Errorf("a secret of %d characters in another alphabet", len(s))
	}
	got, err := keys.OpenAccessKey(key.ID, key.Sealed)
	if err != nil || string(got.Reveal()) != string(key.Secret.Reveal()) {
		t.Errorf("opened with error %v", err)
	}
	other, err := keys.MintAccessKey(account)
	if err != nil {
		t.Fatal(err)
	}
	if string(other.Secret.Reveal()) == string(key.Secret.Reveal()) {
		t.Error("two keys with one secret")
	}
	if _, err := keys.OpenAccessKey(other.ID, key.Sealed); !errors.Is(err, seal.ErrDamaged) {
		t.Errorf("the secret of another key: %v", err)
	}
	if _, err := newKeys(t).OpenAccessKey(key.ID, key.Sealed); !errors.Is(err, seal.ErrDamaged) {
		t.Errorf("another keyring: %v", err)
	}
	for i := range key.Sealed {
		damaged := append([]byte(nil), key.Sealed...)
		damaged[i] ^= 1
		if _, err := keys.OpenAccessKey(key.ID, damaged); !errors.Is(err, seal.ErrDamaged) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	if _, err := keys.MintAccessKey("12"); err == nil {
		t.Error("a key for no account")
	}
}

func anyClaims(t *rapid.T) Claims {
	at := rapid.Int64Range(1, lastTime-1).Draw(t, "issued")
	c := Claims{
		Type:           rapid.SampledFrom([]Type{AssumedRole, SessionToken, Federation, Console}).Draw(t, "type"),
		Account:        rapid.StringMatching(`[0-9]{12}`).Draw(t, "account"),
		PrincipalID:    rapid.StringN(1, -1, 128).Draw(t, "principal"),
		SessionName:    rapid.StringN(0, 64, -1).Draw(t, "name"),
		Issued:         time.Unix(at, 0).UTC(),
		Expires:        time.Unix(rapid.Int64Range(at+1, lastTime).Draw(t, "expires"), 0).UTC(),
		SourceIdentity: rapid.StringN(0, 64, -1).Draw(t, "source"),
		IssuerARN:      rapid.StringN(0, -1, maxField).Draw(t, "issuer"),
		IssuerID:       rapid.StringN(0, 32, -1).Draw(t, "issuer id"),

		FederatedProvider: rapid.StringN(0, 255, -1).Draw(t, "provider"),
		Policies:          nilIfEmpty(rapid.SliceOfN(rapid.StringN(0, 200, -1), 0, 3).Draw(t, "policies")),
		PolicyARNs:        nilIfEmpty(rapid.SliceOfN(rapid.StringN(0, 100, -1), 0, 3).Draw(t, "policy arns")),
		TransitiveTagKeys: nilIfEmpty(rapid.SliceOfN(rapid.StringN(0, 20, -1), 0, 5).Draw(t, "transitive")),
	}
	if rapid.Bool().Draw(t, "mfa") {
		c.MFA = time.Unix(rapid.Int64Range(1, lastTime).Draw(t, "mfa at"), 0).UTC()
	}
	for range rapid.IntRange(0, 5).Draw(t, "tags") {
		c.Tags = append(c.Tags, directory.Tag{Key: rapid.StringN(1, 20, -1).Draw(t, "key"), Value: rapid.StringN(0, 20, -1).Draw(t, "value")})
	}
	if c.Type == Console {
		c.WebSession = rapid.StringN(1, 30, -1).Draw(t, "web session")
		c.Expires = c.Issued.Add(min(c.Expires.Sub(c.Issued), consoleLife))
		return c
	}
	for range rapid.IntRange(0, 3).Draw(t, "keys") {
		k := ProviderKey{Name: rapid.StringN(0, 20, -1).Draw(t, "key name"), List: rapid.Bool().Draw(t, "list")}
		if k.Values = []string{rapid.StringN(0, 50, -1).Draw(t, "key value")}; k.List {
			k.Values = nilIfEmpty(rapid.SliceOfN(rapid.StringN(0, 20, -1), 0, 3).Draw(t, "key values"))
		}
		c.ProviderKeys = append(c.ProviderKeys, k)
	}
	return c
}

func nilIfEmpty(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

// TestTokenCarriesClaims: what is minted is what is opened, whatever it is.
func TestTokenCarriesClaims(t *testing.T) {
	keys := newKeys(t)
	rapid.Check(t, func(t *rapid.T) {
		want := anyClaims(t)
		made, err := keys.Mint(want)
		if err != nil {
			t.Fatal(err)
		}
		got, secret, err := keys.Open(made.Token)
		if err != nil {
			t.Fatal(err)
		}
		want.KeyID = made.AccessKeyID
		if !reflect.DeepEqual(*got, want) {
			t.Fatalf("opened %+v\nwant %+v", *got, want)
		}
		if string(secret.Reveal()) != string(made.Secret.Reveal()) || !made.Expires.Equal(want.Expires) {
			t.Fatal("another secret or end")
		}
		if of, ok := AccountOf(made.AccessKeyID); !ok || of != want.Account || made.AccessKeyID[:4] != PrefixTemporaryKey {
			t.Fatalf("key id %q", made.AccessKeyID)
		}
		empty := want.Policies == nil && want.PolicyARNs == nil && want.Tags == nil && want.TransitiveTagKeys == nil
		if made.PackedPolicySize != keys.PackedPolicySize(&want) || made.PackedPolicySize == 0 != empty {
			t.Fatalf("packed policy size %d%%", made.PackedPolicySize)
		}
	})
}

// TestMintUsesWholeSeconds: times of the day's clock come back in UTC and without their fraction.
func TestMintUsesWholeSeconds(t *testing.T) {
	keys := newKeys(t)
	c := simple()
	c.Issued = issued.Add(300 * time.Millisecond).In(time.FixedZone("CET", 3600))
	c.Expires = c.Issued.Add(time.Hour)
	made, err := keys.Mint(c)
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := keys.Open(made.Token)
	if err != nil {
		t.Fatal(err)
	}
	if got.Issued != issued || got.Expires != issued.Add(time.Hour) || made.Expires != got.Expires || !got.MFA.IsZero() {
		t.Errorf("opened %+v", got)
	}
}

// TestEveryBitCounts: a token with any bit, character or length changed does not open.
func TestEveryBitCounts(t *testing.T) {
	keys := newKeys(t)
	for _, c := range []Claims{simple(), large()} {
		made, err := keys.Mint(c)
		if err != nil {
			t.Fatal(err)
		}
		refused := func(token string) {
			t.Helper()
			if claims, secret, err := keys.Open(token); !errors.Is(err, ErrToken) || claims != nil || len(secret.Reveal()) != 0 {
				t.Fatalf("%q opens: %v", token, err)
			}
		}
		raw, err := base64.StdEncoding.DecodeString(made.Token)
		if err != nil {
			t.Fatal(err)
		}
		for i := range raw {
			for bit := range 8 {
				raw[i] ^= 1 << bit
				refused(base64.StdEncoding.EncodeToString(raw))
				raw[i] ^= 1 << bit
			}
		}
		text := []byte(made.Token)
		for i := range text {
			for bit := range 8 {
				text[i] ^= 1 << bit
				refused(string(text))
				text[i] ^= 1 << bit
			}
			refused(made.Token[:i])
			refused(made.Token[:i] + "\n" + made.Token[i:])
			refused(made.Token[:i] + "=" + made.Token[i:])
		}
		for _, token := range []string{"", made.Token + "=", made.Token + "A", " " + made.Token, strings.Repeat("A", MaxToken+4), strings.TrimRight(made.Token, "=") + "===="} {
			refused(token)
		}
		if _, _, err := newKeys(t).Open(made.Token); !errors.Is(err, ErrToken) {
			t.Errorf("another keyring: %v", err)
		}
	}
}

// TestTokenBelongsToItsKey: the key id in front of one token does not fit another.
func TestTokenBelongsToItsKey(t *testing.T) {
	keys := newKeys(t)
	var raw [2][]byte
	for i := range raw {
		made, err := keys.Mint(simple())
		if err != nil {
			t.Fatal(err)
		}
		if raw[i], err = base64.StdEncoding.DecodeString(made.Token); err != nil {
			t.Fatal(err)
		}
	}
	copy(raw[0][:tokenHead], raw[1][:tokenHead])
	if _, _, err := keys.Open(base64.StdEncoding.EncodeToString(raw[0])); !errors.Is(err, ErrToken) {
		t.Errorf("a token under another's key id: %v", err)
	}
}

// TestBoxesDoNotMix: an access key's box is no token, and a token's box no access key.
func TestBoxesDoNotMix(t *testing.T) {
	keys := newKeys(t)
	key, err := keys.MintAccessKey(account)
	if err != nil {
		t.Fatal(err)
	}
	forged := append(append([]byte{tokenVersion}, key.ID...), key.Sealed...)
	if _, _, err := keys.Open(base64.StdEncoding.EncodeToString(forged)); !errors.Is(err, ErrToken) {
		t.Errorf("an access key as a token: %v", err)
	}
	made, err := keys.Mint(simple())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(made.Token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.OpenAccessKey(made.AccessKeyID, raw[tokenHead:]); !errors.Is(err, seal.ErrDamaged) {
		t.Errorf("a token as an access key: %v", err)
	}
}

func TestTokenSize(t *testing.T) {
	keys := newKeys(t)
	made, err := keys.Mint(large())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a 2 KB policy and 50 tags: %d characters, %d%%", len(made.Token), made.PackedPolicySize)
	if len(made.Token) >= 4096 || made.PackedPolicySize < 10 || made.PackedPolicySize > 90 {
		t.Errorf("a token of %d characters, %d%%", len(made.Token), made.PackedPolicySize)
	}
	if made, err = keys.Mint(simple()); err != nil || len(made.Token) > 400 || made.PackedPolicySize != 0 {
		t.Errorf("a plain token of %d characters, %d%%: %v", len(made.Token), made.PackedPolicySize, err)
	}

	// A policy that does not compress fits, with nothing but rare characters too; tags of the largest size do not.
	random := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(' ' + random.IntN('~'-' '))
		}
		return string(b)
	}
	c := simple()
	c.Policies = []string{noise(2048)}
	if made, err = keys.Mint(c); err != nil || made.PackedPolicySize > 100 {
		t.Errorf("a policy of noise: %v", err)
	}
	for i := range 50 {
		c.Tags = append(c.Tags, directory.Tag{Key: fmt.Sprint(i), Value: noise(256)})
	}
	if size := keys.PackedPolicySize(&c); size <= 100 {
		t.Errorf("50 tags of noise: %d%%", size)
	}
	if _, err := keys.Mint(c); !errors.Is(err, ErrPackedPolicySize) {
		t.Errorf("50 tags of noise: %v", err)
	}
	c.Tags, c.Policies = nil, []string{strings.Repeat(" ", maxUnpacked)}
	if _, err := keys.Mint(c); !errors.Is(err, ErrPackedPolicySize) {
		t.Errorf("a policy that unfolds beyond the bound: %v", err)
	}

	// The largest claims that Mint takes still make a token that Open takes.
	c = simple()
	for _, s := range []*string{&c.PrincipalID, &c.SessionName, &c.SourceIdentity, &c.IssuerARN, &c.IssuerID, &c.FederatedProvider} {
		*s = strings.Repeat("x", maxField)
	}
	c.ProviderKeys = []ProviderKey{{Name: "sub", Values: []string{strings.Repeat("x", maxProviderKeys-8)}}}
	c.Policies = []string{noise(maxPacked)}
	for keys.PackedPolicySize(&c) > 100 {
		c.Policies[0] = c.Policies[0][1:]
	}
	if made, err = keys.Mint(c); err != nil {
		t.Fatal(err)
	}
	if _, _, err := keys.Open(made.Token); err != nil {
		t.Errorf("a token of %d characters: %v", len(made.Token), err)
	}
}

func TestMintRefuses(t *testing.T) {
	keys := newKeys(t)
	for name, spoil := range map[string]func(c *Claims){
		"no type":             func(c *Claims) { c.Type = 0 },
		"unknown type":        func(c *Claims) { c.Type = Console + 1 },
		"no account":          func(c *Claims) { c.Account = "" },
		"account of letters":  func(c *Claims) { c.Account = "12345678901x" },
		"no principal":        func(c *Claims) { c.PrincipalID = "" },
		"no time of issue":    func(c *Claims) { c.Issued = time.Time{} },
		"no end":              func(c *Claims) { c.Expires = time.Time{} },
		"ends at its start":   func(c *Claims) { c.Expires = c.Issued.Add(time.Second - 1) },
		"ends after all time": func(c *Claims) { c.Expires = time.Unix(lastTime+1, 0) },
		"MFA before 1970":     func(c *Claims) { c.MFA = time.Unix(-1, 0) },
		"a key of no value":   func(c *Claims) { c.ProviderKeys = []ProviderKey{{Name: "sub"}} },
		"a key of two values": func(c *Claims) { c.ProviderKeys = []ProviderKey{{Name: "sub", Values: []string{"a", "b"}}} },
		"long keys": func(c *Claims) {
			c.ProviderKeys = []ProviderKey{{Name: "amr", List: true, Values: []string{strings.Repeat("x", maxProviderKeys)}}}
		},
		"a long name": func(c *Claims) { c.SessionName = strings.Repeat("x", maxField+1) },
	} {
		c := simple()
		spoil(&c)
		if made, err := keys.Mint(c); err == nil {
			t.Errorf("%s: minted %v", name, made)
		}
	}
}

// TestSecretsDoNotPrint looks for the secret in every way that the values of this package print.
func TestSecretsDoNotPrint(t *testing.T) {
	keys := newKeys(t)
	key, err := keys.MintAccessKey(account)
	if err != nil {
		t.Fatal(err)
	}
	made, err := keys.Mint(large())
	if err != nil {
		t.Fatal(err)
	}
	claims, secret, err := keys.Open(made.Token)
	if err != nil {
		t.Fatal(err)
	}
	canaries := []string{string(key.Secret.Reveal()), string(made.Secret.Reveal())}
	for _, c := range canaries {
		canaries = append(canaries, fmt.Sprint([]byte(c)), fmt.Sprintf("%x", c), base64.StdEncoding.EncodeToString([]byte(c)))
	}
	var out strings.Builder
	logger := slog.New(slog.NewJSONHandler(&out, nil))
	for _, v := range []any{key, *key, made, *made, claims, *claims, secret, &secret, keys} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb, v)
		}
		logger.Info("value", "v", v)
		text, _ := json.Marshal(v) // a value that does not encode shows nothing
		out.Write(text)
	}
	for _, c := range canaries {
		if strings.Contains(out.String(), c) {
			t.Errorf("a secret shows in %s", out.String())
		}
	}
}
