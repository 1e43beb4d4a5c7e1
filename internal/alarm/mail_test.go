package alarm

import (
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
)

// mailbox is an SMTP server that was not written here.
type mailbox struct {
	mu       sync.Mutex
	secure   []bool
	from, to []string
	signedIn []string
	texts    []string
	address  string
	refuses  string // a recipient
}

type mailSession struct {
	box  *mailbox
	conn *smtp.Conn
}

func (m *mailbox) NewSession(c *smtp.Conn) (smtp.Session, error) { return &mailSession{m, c}, nil }

func (s *mailSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *mailSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "mail-canary" {
			return errors.New("wrong")
		}
		s.box.signedIn = append(s.box.signedIn, user)
		return nil
	}), nil
}

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	_, secure := s.conn.TLSConnectionState()
	s.box.from, s.box.secure = append(s.box.from, from), append(s.box.secure, secure)
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	if to == s.box.refuses {
		return &smtp.SMTPError{Code: 550, Message: "no such user"}
	}
	s.box.to = append(s.box.to, to)
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.texts = append(s.box.texts, string(text))
	return err
}

func (s *mailSession) Reset()        {}
func (s *mailSession) Logout() error { return nil }

// newMailbox serves with TLS from the first byte, or after STARTTLS, or (with no config) in clear.
func newMailbox(t *testing.T, config *tls.Config, implicit bool) *mailbox {
	t.Helper()
	m := &mailbox{}
	s := smtp.NewServer(m)
	s.Domain, s.AllowInsecureAuth = "mail.example", config == nil
	var l net.Listener
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.address = l.Addr().String()
	if implicit {
		l = tls.NewListener(l, config)
	} else {
		s.TLSConfig = config
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.Serve(l) }()
	t.Cleanup(func() { _, _ = s.Close(), l.Close(); <-done })
	return m
}

func TestMail(t *testing.T) {
	authority := newReceiver(t, 200)
	config := &tls.Config{Certificates: authority.TLS.Certificates}
	for name, c := range map[string]struct {
		config   *tls.Config
		implicit bool
		user     string
		password string
		contact  bool
		to       []string
		want     string // whom it goes to
		problem  string
	}{
		"STARTTLS to the security contact":     {config: config, user: "warder@", password: "mail-canary", contact: true, to: []string{"ops@example.com"}, want: "ops@example.com security@example.com"},
		"TLS to who is configured":             {config: config, implicit: true, to: []string{"Ops <ops@example.com>", "second@example.com"}, want: "ops@example.com second@example.com"},
		"in clear on this machine":             {contact: true, want: "security@example.com"},
		"no password without TLS":              {user: "warder@", password: "mail-canary", contact: true, problem: "no STARTTLS"},
		"a wrong password":                     {config: config, user: "warder@", password: "wrong", contact: true, problem: "sign in"},
		"nobody to write to":                   {config: config, problem: "no contact of the type SECURITY"},
		"an authority that nobody vouches for": {config: &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}, contact: true, problem: "STARTTLS"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.anAlarm()
			if c.contact {
				w.put(home, &directory.AlternateContact{Type: directory.SecurityContact, Name: "S", Title: "T", EmailAddress: "security@example.com", PhoneNumber: "1"})
			}
			box := newMailbox(t, c.config, c.implicit)
			scheme := map[bool]string{false: "smtp://", true: "smtps://"}[c.implicit]
			m, err := NewMail(MailOptions{
				Server: scheme + c.user + box.address, Password: seal.NewSecret([]byte(c.password)), From: "Warder <warder@example.com>", To: c.to, Roots: authority.roots(),
			})
			w.check(err)
			err = m.Send(t.Context(), w.message())
			if c.problem != "" {
				if err == nil || !strings.Contains(err.Error(), c.problem) || strings.Contains(err.Error(), "canary") || len(box.texts) != 0 {
					t.Errorf("%v, %d mails", err, len(box.texts))
				}
				return
			}
			w.check(err)
			if got := strings.Join(box.to, " "); got != c.want || box.from[0] != "warder@example.com" || box.secure[0] != (c.config != nil) || len(box.signedIn) != len(c.user)/len("warder@") {
				t.Errorf("to %q from %q, TLS %v, signed in %q", got, box.from, box.secure, box.signedIn)
			}
			checkMail(t, box.texts[0], c.want)
		})
	}
}

// Whoever may change the account's security contact keeps no mail from those who are configured.
func TestMailGoesToWhoIsConfigured(t *testing.T) {
	for name, c := range map[string]struct {
		contact, refuses string
		to               []string
		want             string
		problem          string
	}{
		"another contact":            {contact: "eve@example.net", to: []string{"ops@example.com"}, want: "ops@example.com eve@example.net"},
		"one of them":                {contact: "OPS@example.com", to: []string{"ops@example.com"}, want: "ops@example.com"},
		"no address":                 {contact: "e\r\nve", to: []string{"ops@example.com"}, want: "ops@example.com"},
		"a contact that is refused":  {contact: "eve@example.net", refuses: "eve@example.net", to: []string{"ops@example.com"}, want: "ops@example.com"},
		"the only one is refused":    {contact: "eve@example.net", refuses: "eve@example.net", problem: "no such user"},
		"who is configured, refused": {contact: "eve@example.net", refuses: "ops@example.com", to: []string{"ops@example.com"}, problem: "no such user"},
		"no address and nobody else": {contact: "e\r\nve", problem: "no mail address that can be written"},
	} {
		t.Run(name, func(t *testing.T) {
			box := newMailbox(t, nil, false)
			box.refuses = c.refuses
			m, err := NewMail(MailOptions{Server: "smtp://" + box.address, From: "warder@example.com", To: c.to})
			if err != nil {
				t.Fatal(err)
			}
			err = m.Send(t.Context(), &Message{contact: c.contact})
			if c.problem != "" {
				if err == nil || !strings.Contains(err.Error(), c.problem) || len(box.texts) != 0 {
					t.Errorf("%v, %d mails", err, len(box.texts))
				}
				return
			}
			if got := strings.Join(box.to, " "); err != nil || got != c.want || len(box.texts) != 1 {
				t.Errorf("to %q, %d mails, %v", got, len(box.texts), err)
			}
		})
	}
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	other := httptest.NewUnstartedServer(nil)
	other.StartTLS()
	defer other.Close()
	c := other.TLS.Certificates[0]
	c.Certificate = [][]byte{c.Certificate[0]}
	c.Certificate[0] = append([]byte(nil), c.Certificate[0]...)
	c.Certificate[0][len(c.Certificate[0])-1] ^= 1 // its signature is broken
	return c
}

// checkMail: one mail with the headers that were meant, and no line of the hostile text's own.
func checkMail(t *testing.T, text, to string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Header) != 9 || m.Header.Get("Bcc") != "" || m.Header.Get("To") != strings.ReplaceAll(to, " ", ", ") || m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("headers %v", m.Header)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "[Warder] HIGH: IAM policies were changed (x??Bcc: eve@example.com????boo?<13>1") {
		t.Errorf("subject %q, %v", subject, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil || !strings.Contains(string(body), "By:         arn:aws:iam::111122223333:user/ann\r\n") || strings.Contains(string(body), "\nBcc") || strings.Contains(string(body), "\nboo") {
		t.Errorf("body %q, %v", body, err)
	}
}

func TestMailRefuses(t *testing.T) {
	ok := MailOptions{Server: "smtp://mail.example", From: "warder@example.com"}
	if _, err := NewMail(ok); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*MailOptions){
		"a password in the URL":   func(o *MailOptions) { o.Server = "smtp://u:p@mail.example" },
		"another scheme":          func(o *MailOptions) { o.Server = "http://mail.example" },
		"no host":                 func(o *MailOptions) { o.Server = "smtp://" },
		"a path":                  func(o *MailOptions) { o.Server = "smtp://mail.example/x" },
		"a user without password": func(o *MailOptions) { o.Server = "smtp://u@mail.example" },
		"a password without user": func(o *MailOptions) { o.Password = seal.NewSecret([]byte("p")) },
		"no sender":               func(o *MailOptions) { o.From = "" },
		"a sender of two lines":   func(o *MailOptions) { o.From = "a@b.example\r\nBcc: c@d.example" },
		"a recipient of two":      func(o *MailOptions) { o.To = []string{"a@b.example>\r\nRCPT TO:<c@d.example"} },
		"a quoted recipient":      func(o *MailOptions) { o.To = []string{"\"a b\"@d.example"} },
	} {
		o := ok
		change(&o)
		if _, err := NewMail(o); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
