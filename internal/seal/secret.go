package seal

import (
	"errors"
	"fmt"
	"log/slog"
)

const redactedText = "[redacted]"

// redacted is embedded by the types that must not be printed. Its methods are all the ways in which the standard
// library turns a value into text.
type redacted struct{}

// Format prints [redacted] for every verb and flag.
func (redacted) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redactedText)) }

// String returns [redacted].
func (redacted) String() string { return redactedText }

// LogValue returns [redacted].
func (redacted) LogValue() slog.Value { return slog.StringValue(redactedText) }

// MarshalText returns [redacted]; JSON and XML use it too.
func (redacted) MarshalText() ([]byte, error) { return []byte(redactedText), nil }

var errEncoded = errors.New("seal: a secret is not encoded; seal it")

// UnmarshalText always fails: what MarshalText wrote is not a secret.
func (*redacted) UnmarshalText([]byte) error { return errEncoded }

// GobEncode always fails.
func (redacted) GobEncode() ([]byte, error) { return nil, errEncoded }

// GobDecode always fails.
func (*redacted) GobDecode([]byte) error { return errEncoded }

// Secret is a few bytes that must not be seen: an access key's secret, a password on its way to its hash. It prints as
// [redacted] however it is printed, and == on it does not compile. The zero Secret is empty.
//
// The bytes stand behind a function and not in a field because fmt does not ask for methods where a Secret lies in an
// unexported field of something else, and because printers that use reflection follow pointers. The garbage collector
// may still copy them: this stops accidents, not a reader of the process's memory.
type Secret struct {
	redacted
	reveal func() []byte
}

// NewSecret makes a Secret of a copy of b.
func NewSecret(b []byte) Secret {
	own := append([]byte(nil), b...)
	return Secret{reveal: func() []byte { return own }}
}

// Reveal returns the bytes; the caller does not change them. Only internal/sigv4, internal/session,
// internal/signin and internal/alarm call it, where a signature, a hash or a one-time code is computed, a mail server asks
// for its password, or a secret is shown the one time that it is made.
func (s Secret) Reveal() []byte {
	if s.reveal == nil {
		return nil
	}
	return s.reveal()
}
