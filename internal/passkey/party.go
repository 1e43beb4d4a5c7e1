package passkey

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
)

// Party is the site that passkeys are for.
type Party struct {
	// ID is the host name without port; passkeys are bound to it for good.
	ID string
	// Origin of the pages, as browsers write it: "https://iam.example.com:8443".
	Origin string
}

// maxOrigin is the bytes of an origin: a host name has 253.
const maxOrigin = 300

// PartyAt is the site with that origin. Passkeys need a host name, no address, and https; http for localhost alone. Any other
// is an error, which says so in words for people.
func PartyAt(origin string) (Party, error) {
	if len(origin) > maxOrigin {
		return Party{}, errors.New("passkey: the site's address is too long")
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" {
		return Party{}, fmt.Errorf("passkey: %q is not the address of a site, such as https://iam.example.com", origin)
	}
	host := strings.ToLower(u.Hostname())
	switch _, address := netip.ParseAddr(host); {
	case address == nil:
		return Party{}, fmt.Errorf("passkey: passkeys need a host name, and %s is an address", host)
	case !isHostName(host):
		return Party{}, fmt.Errorf("passkey: %q is not a host name", host)
	case u.Scheme != "https" && (u.Scheme != "http" || !isLocal(host)):
		return Party{}, fmt.Errorf("passkey: passkeys need https, and %s has it not", origin)
	}
	if err := protocol.ValidateRPID(host); err != nil {
		return Party{}, fmt.Errorf("passkey: passkeys need a host name with a dot, and %s has none: %w", host, err)
	}
	port, err := portOf(u)
	if err != nil {
		return Party{}, err
	}
	return Party{ID: host, Origin: u.Scheme + "://" + host + port}, nil
}

// portOf is ":8443", "" for the scheme's own port.
func portOf(u *url.URL) (string, error) {
	port := u.Port()
	if port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return "", nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
		return "", fmt.Errorf("passkey: %q is not a port", port)
	}
	return ":" + port, nil
}

// isLocal: browsers take these for this machine, whatever a resolver says.
func isLocal(host string) bool { return host == "localhost" || strings.HasSuffix(host, ".localhost") }

// isHostName: labels of letters, digits and hyphens, the last of which is no number. An international name is in its ASCII form.
func isHostName(host string) bool {
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	return len(host) <= 253 && strings.Trim(last, "0123456789") != ""
}
