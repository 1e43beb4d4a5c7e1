package authzhttp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/sigv4"
)

// Question is what a request asks for, in the service's own terms.
type Question struct {
	// Action is "service:Name". Its service must be Config.Service.
	Action string
	// Resource is an ARN, or "*" for an action without resources. It must name one resource in one way: a handler that
	// reads the request otherwise than the function that made the Question protects something else than it serves.
	Resource string
	// ResourceType is the service's own word for the kind of resource; "resource" if empty. It decides nothing.
	ResourceType string
	// Account that owns the resource, 12 digits; "" for the one in Resource, or else the caller's.
	Account string
	// Tags of the resource: aws:ResourceTag/….
	Tags map[string]string
	// Policy is the resource's own policy as JSON text; "" where it has none.
	Policy string
	// Context are further condition keys: a string, bool, number, or a slice of them. aws:SourceIp, aws:SecureTransport,
	// aws:UserAgent and aws:referer are filled in from the request where they are absent here.
	Context map[string]any
}

// Config says how requests are protected. URL, Service, Question, and either Token or Credentials with Now are needed.
type Config struct {
	// URL of Warder, without a path: https://warder.example:4600.
	URL string
	// Client that calls Warder; nil is one that keeps connections open. Its Transport may dial a unix socket.
	Client *http.Client
	// Timeout of one call, 2 seconds if zero.
	Timeout time.Duration
	// Credentials sign the calls; they are asked for before each one. Now is the time of signing: time.Now.
	Credentials func(context.Context) (Credentials, error)
	Now         func() time.Time
	// Token gives a bearer token instead (warder:CreateAccessToken); it is asked for before each call.
	Token func(context.Context) (string, error)

	// Service is the name that clients sign for, and the prefix of the service's actions: "s3".
	Service string
	// Hosts are the names under which clients reach this service, as they stand in the Host header: "store.example.org",
	// with a port unless it is the scheme's own. Others are refused. Without Hosts any is taken: a service of the same name
	// elsewhere could then replay here, for five minutes, what its clients signed for it.
	Hosts []string
	// Question says what a request asks for. A *Refusal among its errors is the answer; any other is a 500.
	Question func(*http.Request) (Question, error)
	// MaxBody is how many bytes of body a request may have, 1 MiB if zero. The body is read into memory and hashed before
	// Warder is asked, and the handler reads it from there.
	MaxBody int64
	// UnsignedPayload takes requests whose signature does not cover their body: UNSIGNED-PAYLOAD, the streaming forms, and
	// S3's presigned requests. Only TLS protects such a body, and a streamed one reaches the handler with its framing.
	UnsignedPayload bool
	// SourceIP is the caller's address; nil takes the peer's. Behind a proxy it must be what that one says, from no other.
	SourceIP func(*http.Request) string
	// Refuse writes refusals; nil is JSONErrors.
	Refuse func(http.ResponseWriter, *http.Request, *Refusal)
	// OnError is told of every call to Warder that failed, and of questions that Warder did not take; may be nil.
	OnError func(*http.Request, error)
}

// Guard protects handlers. It serves any number of goroutines.
type Guard struct {
	config   Config
	endpoint string
}

const (
	defaultTimeout = 2 * time.Second
	defaultBody    = 1 << 20
	maxAnswer      = 1 << 20
	idleConns      = 64
	idleTimeout    = 90 * time.Second
)

// New checks the configuration.
func New(config Config) (*Guard, error) {
	u, err := url.Parse(config.URL)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "":
		return nil, fmt.Errorf("authzhttp: URL %q: write Warder's address without a path, such as https://127.0.0.1:4600", config.URL)
	case config.Service == "" || config.Question == nil:
		return nil, errors.New("authzhttp: Service and Question are needed")
	case (config.Token == nil) == (config.Credentials == nil):
		return nil, errors.New("authzhttp: either Token or Credentials is needed")
	case config.Credentials != nil && config.Now == nil:
		return nil, errors.New("authzhttp: Credentials need Now: time.Now")
	}
	g := &Guard{config: config, endpoint: u.Scheme + "://" + u.Host}
	c := &g.config
	if c.Client == nil {
		c.Client = newClient()
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.MaxBody == 0 {
		c.MaxBody = defaultBody
	}
	if c.Refuse == nil {
		c.Refuse = JSONErrors
	}
	if c.SourceIP == nil {
		c.SourceIP = peer
	}
	return g, nil
}

// newClient follows no redirects: the question, and what is signed with it, is for Warder alone.
func newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			MaxIdleConns: idleConns, MaxIdleConnsPerHost: idleConns, IdleConnTimeout: idleTimeout, Proxy: http.ProxyFromEnvironment,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func peer(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return "" // a unix socket
	}
	return peer.Addr().Unmap().WithZone("").String()
}

// Protect lets through to next what Warder allows; CallerOf has the caller there.
func (g *Guard) Protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, err := g.Check(w, r)
		if err != nil {
			g.config.Refuse(w, r, g.refusal(r, err))
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)))
	})
}

// misdirected is the refusal of a request that was signed for another place.
var misdirected = Refusal{Status: http.StatusMisdirectedRequest, Code: "InvalidRequest", Message: "The request is for another host."}

// isForHere reports whether the request's Host is one of this service's.
func (g *Guard) isForHere(r *http.Request) bool {
	here := func(host string) bool { return strings.EqualFold(sigv4.SignedHost(r.Host, r.TLS != nil), host) }
	return len(g.config.Hosts) == 0 || slices.ContainsFunc(g.config.Hosts, here)
}

// Check verifies and decides one request. It reads the body and puts another of the same content in its place. The error
// is a *Refusal, or says why nobody could decide: refuse the request in any case.
func (g *Guard) Check(w http.ResponseWriter, r *http.Request) (*Caller, error) {
	if !g.isForHere(r) {
		return nil, new(misdirected)
	}
	q, err := g.config.Question(r)
	if err != nil {
		return nil, err
	}
	hash, err := g.readBody(w, r)
	if err != nil {
		return nil, err
	}
	answer, err := g.ask(r.Context(), g.evaluation(r, &q, hash))
	if err != nil {
		return nil, err
	}
	return answer.caller(hash, g.config.UnsignedPayload)
}

// readBody hashes the body, and leaves one that is in memory.
func (g *Guard) readBody(w http.ResponseWriter, r *http.Request) (hash string, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, g.config.MaxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return "", &Refusal{Status: http.StatusRequestEntityTooLarge, Code: "EntityTooLarge", Message: "The body is larger than " + strconv.FormatInt(g.config.MaxBody, 10) + " bytes."}
	case err != nil:
		return "", &Refusal{Status: http.StatusBadRequest, Code: "IncompleteBody", Message: "The body could not be read to its end."}
	}
	sum := sha256.Sum256(body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return hex.EncodeToString(sum[:]), nil
}

// refusal is what the client sees of an error. What is not for clients goes to OnError.
func (g *Guard) refusal(r *http.Request, err error) *Refusal {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	if g.config.OnError != nil {
		g.config.OnError(r, err)
	}
	var asked *AskError
	switch {
	case !errors.As(err, &asked):
		return &Refusal{Status: http.StatusInternalServerError, Code: "InternalError", Message: "The request could not be understood."}
	case asked.Status == http.StatusForbidden:
		// Warder tells no difference between a caller that this service may not ask about and one that does not exist.
		return &Refusal{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Access Denied"}
	case asked.Status == http.StatusBadRequest:
		return &Refusal{Status: http.StatusBadRequest, Code: "InvalidRequest", Message: "The request cannot be decided."}
	default:
		return &Refusal{Status: http.StatusServiceUnavailable, Code: "ServiceUnavailable", Message: "Permissions cannot be checked at the moment. Please try again.", RetryAfter: retryAfter}
	}
}

// retryAfter is what clients are told while Warder cannot be asked.
const retryAfter = 5 * time.Second

type callerKey struct{}

// CallerOf is who made a request that a Guard let through; nil elsewhere.
func CallerOf(ctx context.Context) *Caller {
	c, _ := ctx.Value(callerKey{}).(*Caller)
	return c
}
