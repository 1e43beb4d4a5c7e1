package alarm

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/netip"
	"net/smtp"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/seal"
)

// mailTimeout bounds one conversation with a mail server.
const mailTimeout = 30 * time.Second

// MailOptions are how messages are mailed.
type MailOptions struct {
	// Server is smtp://[USER@]HOST[:587], which must offer STARTTLS unless it is on this machine, or
	// smtps://[USER@]HOST[:465].
	Server string
	// Password of the user.
	Password seal.Secret
	// From is the sender's address.
	From string
	// To are whom messages go to beside the account's security contact, whatever becomes of that.
	To []string
	// Roots vouch for the server; nil for the system's.
	Roots *x509.CertPool
}

// Mail writes messages to who is configured and to the account's security contact.
type Mail struct {
	host, address, user string
	implicit            bool // TLS from the first byte
	password            seal.Secret
	from                *mail.Address
	to                  []string
	roots               *x509.CertPool
}

// NewMail checks the options.
func NewMail(o MailOptions) (*Mail, error) {
	u, err := url.Parse(o.Server)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the server is smtp://[USER@]HOST[:PORT] or smtps://[USER@]HOST[:PORT]")
	}
	if _, given := u.User.Password(); given {
		return nil, errors.New("a password does not stand in the server's URL; it comes from a file")
	}
	m := &Mail{
		host: u.Hostname(), user: u.User.Username(), implicit: u.Scheme == "smtps", password: o.Password, roots: o.Roots,
	}
	if (m.user == "") != (len(o.Password.Reveal()) == 0) {
		return nil, errors.New("a user needs a password, and the other way round")
	}
	port := u.Port()
	if port == "" {
		port = map[bool]string{true: "465", false: "587"}[m.implicit]
	}
	m.address = net.JoinHostPort(m.host, port)
	if m.from, err = plainAddress(o.From); err != nil {
		return nil, fmt.Errorf("the sender %q is no mail address", o.From)
	}
	for _, to := range o.To {
		a, err := plainAddress(to)
		if err != nil {
			return nil, fmt.Errorf("%q is no mail address", to)
		}
		m.to = append(m.to, a.Address)
	}
	return m, nil
}

// plainAddress reads an address that can stand in a mail's head and in SMTP as it is.
func plainAddress(text string) (*mail.Address, error) {
	a, err := mail.ParseAddress(text)
	if err == nil && strings.ContainsFunc(a.Address, func(c rune) bool { return c <= ' ' || c > '~' || c == '<' || c == '>' }) {
		err = errors.New("not plain ASCII")
	}
	return a, err
}

// Name implements Channel.
func (m *Mail) Name() string { return "mail" }

// recipients are whom a message goes to. The account's contact is one more and replaces nobody: whoever may change it must
// not be able to keep alarms from who is configured.
type recipients struct {
	contact string // "" for none, and where it is among the others
	others  []string
}

func (m *Mail) recipients(msg *Message) (recipients, error) {
	to := recipients{others: m.to}
	if msg.contact != "" {
		a, err := plainAddress(msg.contact)
		switch {
		case err == nil && !slices.ContainsFunc(m.to, func(s string) bool { return strings.EqualFold(s, a.Address) }):
			to.contact = a.Address
		case err != nil && len(m.to) == 0:
			return to, errors.New("the account's security contact has no mail address that can be written to")
		}
	}
	if to.contact == "" && len(to.others) == 0 {
		return to, errors.New("nobody to write to: the account has no contact of the type SECURITY, and no recipient is configured")
	}
	return to, nil
}

// all are the addresses.
func (r recipients) all() []string {
	if r.contact == "" {
		return r.others
	}
	return slices.Concat(r.others, []string{r.contact})
}

// tell names the recipients to the server. All who are configured must be taken, or nothing is sent; a contact that is not
// taken keeps nobody else's mail.
func (r recipients) tell(c *smtp.Client) error {
	for _, address := range r.others {
		if err := c.Rcpt(address); err != nil {
			return err
		}
	}
	if r.contact == "" {
		return nil
	}
	err := c.Rcpt(r.contact)
	var refused *textproto.Error
	if errors.As(err, &refused) && len(r.others) > 0 {
		return nil
	}
	return err
}

// Send implements Channel.
func (m *Mail) Send(ctx context.Context, msg *Message) error {
	to, err := m.recipients(msg)
	if err != nil {
		return err
	}
	text, err := m.compose(msg, to.all())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", m.address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // the server has taken the message by then, or not
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	return m.talk(conn, to, text)
}

// talk is one conversation. What the server says stands in errors; it never hears the password before TLS.
func (m *Mail) talk(conn net.Conn, to recipients, text []byte) error {
	config := &tls.Config{ServerName: m.host, RootCAs: m.roots, MinVersion: tls.VersionTLS12}
	if m.implicit {
		conn = tls.Client(conn, config)
	}
	c, err := smtp.NewClient(conn, m.host)
	if err != nil {
		return err
	}
	if !m.implicit {
		if ok, _ := c.Extension("STARTTLS"); ok {
			if err := c.StartTLS(config); err != nil {
				return fmt.Errorf("STARTTLS: %w", err)
			}
		} else if m.user != "" || !isLoopback(conn.RemoteAddr()) {
			return errors.New("the server offers no STARTTLS, and without it nothing is sent")
		}
	}
	if m.user != "" {
		if err := c.Auth(smtp.PlainAuth("", m.user, string(m.password.Reveal()), m.host)); err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
	}
	if err := c.Mail(m.from.Address); err != nil {
		return err
	}
	if err := to.tell(c); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_ = c.Quit() // the message is taken
	return nil
}

func isLoopback(a net.Addr) bool {
	addr, err := netip.ParseAddrPort(a.String())
	return err == nil && addr.Addr().Unmap().IsLoopback()
}

// compose writes the mail. Everything in its head is one line of printable characters, encoded where it is not ASCII.
func (m *Mail) compose(msg *Message, to []string) ([]byte, error) {
	var b bytes.Buffer
	for _, header := range [][2]string{
		{"From", m.from.String()},
		{"To", strings.Join(to, ", ")},
		{"Subject", mime.QEncoding.Encode("utf-8", msg.subject())},
		{"Date", msg.Time.UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + msg.ID + "@warder>"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		b.WriteString(header[0] + ": " + header[1] + "\r\n")
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	lines := []string{msg.Alarm.Title, ""}
	for _, l := range msg.lines() {
		lines = append(lines, fmt.Sprintf("%-11s %s", l[0]+":", l[1]))
	}
	lines = slices.Concat(lines, []string{"", "warder alarm show " + msg.Alarm.ID + "  tells more; warder alarm ack and mute quiet it.", ""})
	if _, err := w.Write([]byte(strings.Join(lines, "\r\n"))); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
