package alarm

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/outbound"
	"github.com/warder-iam/warder/internal/seal"
)

const canary = "canary-webhook-secret"

// hostile is text that whoever chooses names and headers would like to see in a protocol.
const hostile = "x\r\nBcc: eve@example.com\r\n\r\nboo\n<13>1 - - forged \"]\\ ü\u202e\x00"

func loopback() *outbound.Dialer {
	return &outbound.Dialer{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
}

// anAlarm of the home account, with what is hostile in it.
func (w *world) anAlarm(channels ...string) *directory.Alarm {
	w.Helper()
	a := &directory.Alarm{
		ID: "0123456789abcdef", Rule: "policy-change", Type: "Type/X", Title: "IAM policies were changed", Severity: "HIGH",
		Subject: hostile, State: directory.AlarmRaised, Raised: time.Now().UTC().Truncate(time.Second), Count: 2, Raises: 1,
		Event: directory.AlarmEvent{ID: "e-1", Source: "iam.amazonaws.com", Name: "PutUserPolicy", Agent: hostile, Principal: "arn:aws:iam::111122223333:user/ann"},
	}
	for _, c := range channels {
		a.Notices = append(a.Notices, directory.AlarmNotice{Channel: c, Next: a.Raised})
	}
	w.put(home, a)
	return a
}

func (w *world) message() *Message {
	w.Helper()
	a := w.store.Snapshot().Account(home)
	return message("https://warder.example", a, a.Alarm("0123456789abcdef"), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
}

func (w *world) delivery(c ...Channel) *Delivery {
	return &Delivery{Store: w.store, Channels: c, Server: "https://warder.example", Log: slog.New(slog.NewTextHandler(&w.log, nil))}
}

func (w *world) notice(channel string) directory.AlarmNotice {
	w.Helper()
	n := noticeOf(w.store.Snapshot().Account(home).Alarm("0123456789abcdef"), channel)
	if n == nil {
		w.Fatal("no notice")
	}
	return *n
}

// receiver is a webhook's other end.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	answers  []int // one after the other, the last one on and on
	requests []*http.Request
	bodies   []string
}

func newReceiver(t *testing.T, answers ...int) *receiver {
	r := &receiver{answers: answers}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		status := r.answers[min(len(r.requests), len(r.answers)-1)]
		r.requests, r.bodies = append(r.requests, q), append(r.bodies, string(body))
		w.Header().Set("Location", r.URL+"/elsewhere")
		w.WriteHeader(status)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) roots() *x509.CertPool {
	return r.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
}

func (w *world) webhook(r *receiver) *Webhook {
	w.Helper()
	h, err := NewWebhook(r.URL+"/hook?token=canary-in-url", seal.NewSecret([]byte(canary)), loopback(), r.roots())
	w.check(err)
	return h
}

// A receiver that fails is asked again, later each time, over restarts, until it takes the message; the log says so once.
func TestWebhookIsRetried(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, 500, 302, 404, 204)
	w.anAlarm("webhook")
	which, failing := due{home, "0123456789abcdef"}, false
	for attempt := 1; attempt <= 3; attempt++ {
		d, c := w.delivery(), w.webhook(r) // a new process each time
		if all := d.due("webhook", time.Now().Add(time.Hour)); len(all) != 1 || all[0] != which {
			t.Fatalf("due %v", all)
		}
		began := time.Now()
		failing = d.deliver(t.Context(), c, which, failing)
		n := w.notice("webhook")
		if !failing || n.Attempts != attempt || !n.Delivered.IsZero() || !n.Next.After(began) || !strings.HasPrefix(n.Error, "the receiver answers ") {
			t.Errorf("attempt %d: %t, %+v", attempt, failing, n)
		}
		if all := d.due("webhook", began); len(all) != 0 {
			t.Errorf("due at once again: %v", all)
		}
	}
	d, c := w.delivery(), w.webhook(r)
	if failing = d.deliver(t.Context(), c, which, failing); failing || w.notice("webhook").Delivered.IsZero() || w.notice("webhook").Error != "" {
		t.Errorf("%t, %+v", failing, w.notice("webhook"))
	}
	if all := d.due("webhook", time.Now().Add(time.Hour)); len(all) != 0 || len(r.requests) != 4 {
		t.Errorf("%v due after %d requests", all, len(r.requests))
	}
	if log := w.log.String(); strings.Count(log, "alarms are not delivered") != 1 || strings.Count(log, "alarms are delivered again") != 1 {
		t.Errorf("log %s", log)
	}
	for _, q := range r.requests {
		if q.Header.Get(HeaderDelivery) != r.requests[0].Header.Get(HeaderDelivery) || q.URL.Path != "/hook" {
			t.Errorf("request %s %s", q.URL, q.Header.Get(HeaderDelivery))
		}
	}
}

// The signature covers the time and the body, and nothing of the secret leaves.
func TestWebhookIsSigned(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, 200)
	w.anAlarm()
	m := w.message()
	w.check(w.webhook(r).Send(t.Context(), m))
	q, body := r.requests[0], r.bodies[0]
	timestamp := q.Header.Get(HeaderTimestamp)
	want := "v1=" + Sign([]byte(canary), timestamp, []byte(body))
	if !hmac.Equal([]byte(q.Header.Get(HeaderSignature)), []byte(want)) {
		t.Errorf("signature %q, want %q", q.Header.Get(HeaderSignature), want)
	}
	if other := "v1=" + Sign([]byte(canary), timestamp+"0", []byte(body)); other == want || "v1="+Sign([]byte(canary), timestamp, []byte(body+" ")) == want {
		t.Error("the signature is the same for another time or body")
	}
	if n, err := strconv.ParseInt(timestamp, 10, 64); err != nil || time.Since(time.Unix(n, 0)).Abs() > time.Hour {
		t.Errorf("timestamp %q", timestamp)
	}
	var got Message
	w.check(json.Unmarshal([]byte(body), &got))
	if got.Alarm != m.Alarm || got.Account != home || got.Kind != "alarm" || got.Alarm.Subject != strings.ToValidUTF8(hostile, "") {
		t.Errorf("%+v", got)
	}
}

func TestWebhookRefuses(t *testing.T) {
	secret := seal.NewSecret([]byte(canary))
	for _, at := range []string{"http://x.example/", "ftp://x", "https://", "https://u:p@x.example/", "https://x.example/#f", "://", "x.example"} {
		if _, err := NewWebhook(at, secret, loopback(), nil); err == nil {
			t.Errorf("%s is taken", at)
		}
	}
	if _, err := NewWebhook("https://x.example/", seal.NewSecret([]byte("short")), loopback(), nil); err == nil {
		t.Error("a short secret is taken")
	}
}

// A webhook is called at public addresses, or where it is allowed; errors do not show the URL, which may hold a token.
func TestWebhookAddress(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, 200)
	w.anAlarm()
	h, err := NewWebhook(r.URL+"/hook?token=canary-in-url", seal.NewSecret([]byte(canary)), &outbound.Dialer{Setting: "alarm-allow"}, r.roots())
	w.check(err)
	err = h.Send(t.Context(), w.message())
	if !errors.Is(err, outbound.ErrAddress) || strings.Contains(err.Error(), "canary") || len(r.requests) != 0 {
		t.Errorf("%v after %d requests", err, len(r.requests))
	}
	r.CloseClientConnections()
	r.Close()
	if err := w.webhook(r).Send(t.Context(), w.message()); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("nobody listens: %v", err)
	}
}

// What was raised anew while a message was on its way is told again.
func TestRaisedMeanwhile(t *testing.T) {
	w := newWorld(t)
	a := w.anAlarm("webhook")
	d := w.delivery()
	again := a.Clone()
	again.Raises++
	w.put(home, again)
	w.check(d.keep(t.Context(), "webhook", due{home, a.ID}, a.Raises, nil))
	if n := w.notice("webhook"); n.Attempts != 0 || n.Next.IsZero() {
		t.Errorf("%+v", n)
	}
}

// Attempts end after three days, and at once where the channel is configured no more.
func TestGivenUp(t *testing.T) {
	w := newWorld(t)
	a := w.anAlarm("webhook", "pager")
	old := a.Clone()
	old.Raised = old.Raised.Add(-giveUp - time.Minute)
	w.put(home, old)
	d := w.delivery()
	w.check(d.keep(t.Context(), "webhook", due{home, a.ID}, a.Raises, errors.New("no route")))
	if n := w.notice("webhook"); !n.Next.IsZero() || n.Error != "no route" || !strings.Contains(w.log.String(), "is given up") {
		t.Errorf("%+v, log %s", n, w.log.String())
	}
	fresh := a.Clone()
	w.put(home, fresh)
	d.Channels = []Channel{&Syslog{}}
	d.abandon(t.Context())
	if n := w.notice("pager"); !n.Next.IsZero() || !strings.Contains(n.Error, "configured no more") {
		t.Errorf("%+v", n)
	}
	for attempts, want := range map[int]time.Duration{1: 5 * time.Second, 2: 10 * time.Second, 8: 640 * time.Second, 9: 15 * time.Minute, 1000: 15 * time.Minute} {
		if got := again(attempts); got != want {
			t.Errorf("after %d attempts again in %v, want %v", attempts, got, want)
		}
	}
}

// frame is the whole of a message of RFC 5424 as Warder writes it.
var frame = regexp.MustCompile(`^<(\d+)>1 2026-03-01T12:00:00Z \S+ warder \d+ alarm \[warder@32473( [A-Za-z]+="(?:[^"\\\]]|\\["\\\]])*")+\] \x{feff}([^\x00-\x1f\x7f]*)$`)

func checkSyslog(t *testing.T, text string) {
	t.Helper()
	found := frame.FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("%q is no message", text)
	}
	if found[1] != "83" || !strings.Contains(text, ` severity="HIGH" account="111122223333" subject="x??Bcc: eve@example.com????boo?<13>1 - - forged \"\]\\ ü??"`) {
		t.Errorf("%q", text)
	}
	if !strings.HasPrefix(found[3], "[Warder] HIGH: IAM policies were changed") {
		t.Errorf("text %q", found[3])
	}
}

func TestSyslog(t *testing.T) {
	authority := newReceiver(t, 200)
	w := newWorld(t)
	w.anAlarm()
	m := w.message()
	send := func(t *testing.T, at string) {
		t.Helper()
		s, err := NewSyslog(at, authority.roots())
		w.check(err)
		w.check(s.Send(t.Context(), m))
	}
	t.Run("udp", func(t *testing.T) {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		w.check(err)
		defer func() { _ = c.Close() }()
		send(t, "udp://"+c.LocalAddr().String())
		checkSyslog(t, datagram(t, c))
	})
	t.Run("unix", func(t *testing.T) {
		dir, err := os.MkdirTemp("", "w") // names of sockets are short
		w.check(err)
		defer func() { _ = os.RemoveAll(dir) }()
		at := filepath.Join(dir, "log")
		c, err := net.ListenPacket("unixgram", at)
		w.check(err)
		defer func() { _ = c.Close() }()
		send(t, "unix://"+at)
		checkSyslog(t, datagram(t, c))
	})
	for _, scheme := range []string{"tcp", "tls"} {
		t.Run(scheme, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			w.check(err)
			defer func() { _ = l.Close() }()
			if scheme == "tls" {
				l = tls.NewListener(l, &tls.Config{Certificates: authority.TLS.Certificates})
			}
			got := make(chan string, 1)
			go func() {
				defer close(got)
				c, err := l.Accept()
				if err != nil {
					return
				}
				text, _ := io.ReadAll(bufio.NewReader(c))
				got <- string(text)
			}()
			send(t, scheme+"://"+l.Addr().String())
			length, text, _ := strings.Cut(<-got, " ")
			if length != strconv.Itoa(len(text)) {
				t.Errorf("length %s of %d bytes", length, len(text))
			}
			checkSyslog(t, text)
		})
	}
	for _, at := range []string{"", "udp://", "http://x", "unix://relative", "unix://host/path", "tcp://x/path", "tcp://u@x", "udp://x?y"} {
		if _, err := NewSyslog(at, nil); err == nil {
			t.Errorf("%q is taken", at)
		}
	}
}

func datagram(t *testing.T, c net.PacketConn) string {
	t.Helper()
	buf := make([]byte, 64<<10)
	n, _, err := c.ReadFrom(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

// stuck is a channel that takes nothing, and says nothing.
type stuck struct{}

func (stuck) Name() string { return "stuck" }

func (stuck) Send(ctx context.Context, _ *Message) error { <-ctx.Done(); return ctx.Err() }

// A channel that hangs keeps no other waiting, and Run ends when it is told to.
func TestChannelsAreApart(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, 200)
	w.anAlarm("stuck", "webhook")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	d := w.delivery(stuck{}, w.webhook(r))
	go func() { defer close(done); d.Run(ctx) }()
	for w.notice("webhook").Delivered.IsZero() {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-done
	if n := w.notice("stuck"); n.Attempts != 0 || n.Next.IsZero() {
		t.Errorf("%+v", n)
	}
}

// A test goes to every channel, and says of each what came of it.
func TestTest(t *testing.T) {
	w := newWorld(t)
	r := newReceiver(t, 500)
	s, err := NewSyslog("unix:///there/is/none", nil)
	w.check(err)
	got := w.delivery(w.webhook(r), s).Test(t.Context(), w.store.Snapshot().Account(home), "request-1", "arn:aws:iam::111122223333:user/ann")
	if len(got) != 2 || got[0].Channel != "webhook" || got[0].Err == nil || got[1].Channel != "syslog" || got[1].Err == nil || !strings.Contains(r.bodies[0], `"kind":"test"`) {
		t.Errorf("%+v, %q", got, r.bodies)
	}
}
