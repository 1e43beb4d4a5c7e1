package alarm

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/warder-iam/warder/internal/outbound"
	"github.com/warder-iam/warder/internal/seal"
)

// Headers of a webhook's request.
const (
	HeaderTimestamp = "Warder-Timestamp" // Unix seconds when it was sent
	HeaderSignature = "Warder-Signature" // "v1=" and what Sign gives
	HeaderDelivery  = "Warder-Delivery"  // the message's id, the same for every attempt
)

// MinWebhookSecret is the least bytes of a webhook's secret.
const MinWebhookSecret = 16

// Webhook posts messages to a URL.
type Webhook struct {
	url    *url.URL
	secret seal.Secret
	client *http.Client
}

// NewWebhook makes a channel that posts to an https URL, signed with the secret. roots vouch for the receiver; nil for the
// system's.
func NewWebhook(at string, secret seal.Secret, dialer *outbound.Dialer, roots *x509.CertPool) (*Webhook, error) {
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return nil, errors.New("only an https URL without user name and fragment can be called") // a URL may hold a secret: it is not repeated
	}
	if len(secret.Reveal()) < MinWebhookSecret {
		return nil, fmt.Errorf("the secret has %d bytes; at least %d", len(secret.Reveal()), MinWebhookSecret)
	}
	return &Webhook{url: u, secret: secret, client: dialer.Client(&tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots})}, nil
}

// Name implements Channel.
func (w *Webhook) Name() string { return "webhook" }

// Sign is the signature of a request: HMAC-SHA256, in lower-case hexadecimal digits, over the timestamp, a full stop and the
// body. Whoever receives it compares in constant time, and refuses timestamps more than five minutes off.
func Sign(secret []byte, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(timestamp + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// maxAnswer is the most bytes of an answer that are read.
const maxAnswer = 1 << 20

// Send implements Channel. Any answer from 200 to 299 takes the message.
func (w *Webhook) Send(ctx context.Context, m *Message) error {
	ctx, cancel := context.WithTimeout(ctx, outbound.Timeout)
	defer cancel()
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url.String(), bytes.NewReader(body))
	if err != nil {
		return errors.New("the URL cannot be called")
	}
	timestamp := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "warder")
	r.Header.Set(HeaderTimestamp, timestamp)
	r.Header.Set(HeaderDelivery, m.ID)
	r.Header.Set(HeaderSignature, "v1="+Sign(w.secret.Reveal(), timestamp, body))
	resp, err := w.client.Do(r)
	if err != nil {
		return withoutURL(err)
	}
	defer func() { _ = resp.Body.Close() }() // only read
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)); err != nil {
		return fmt.Errorf("the answer broke off: %w", withoutURL(err))
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("the receiver answers %d", resp.StatusCode)
	}
	return nil
}

// withoutURL takes the URL out of an error: it may hold a token, as many receivers' do.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
