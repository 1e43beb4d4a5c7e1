package console

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Site says by which names browsers may reach the console. Passkeys and cookies are bound to a name, so whatever name leads here would
// be one that people register their passkeys under, and one that an attacker may have made lead here.
type Site struct {
	// URL is where the console is reached, such as https://iam.example.org, and nowhere else; nil for any of Names.
	URL *url.URL
	// Names are this server's own: host names, the first label "*" perhaps, and addresses.
	Names []string
	// Trusts reports whether a proxy at that address may say by X-Forwarded-Proto and X-Forwarded-Host what the browser
	// asked for; nil for nobody.
	Trusts func(netip.Addr) bool
}

// strict reports whether a browser that asked for that is to ask for its host over TLS only from then on. That would bind every other
// port of the host as well, so it is where URL gives the whole host to the console: https at its own port. Elsewhere no plain listener but on
// loopback exists, and no cookie leaves over plain HTTP.
func (s *Site) strict(found seen) bool {
	return s != nil && s.URL != nil && s.URL.Scheme == "https" && (s.URL.Port() == "" || s.URL.Port() == "443") && s.judgeByURL(found).good
}

// seen is what a browser asked for.
type seen struct {
	scheme, host string // lower-case; the scheme's own port is left out
	proxied      bool   // a trusted proxy said so
}

func (s seen) origin() string { return s.scheme + "://" + s.host }

// name is the host without its port.
func (s seen) name() string {
	u := url.URL{Host: s.host}
	return u.Hostname()
}

// localhost is the one name over plain HTTP, and the one that browsers know to be this machine.
const localhost = "localhost"

// look finds out what a browser asked for.
func (s *Site) look(r *http.Request) seen {
	found := seen{scheme: "http", host: r.Host}
	if r.TLS != nil {
		found.scheme = "https"
	}
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && s != nil && s.Trusts != nil && s.Trusts(peer.Addr().Unmap().WithZone("")) {
		if proto := nearest(r.Header, "X-Forwarded-Proto"); proto == "http" || proto == "https" {
			found.scheme, found.proxied = proto, true
		}
		if host := nearest(r.Header, "X-Forwarded-Host"); host != "" {
			found.host, found.proxied = host, true
		}
	}
	found.host = canonicalHost(found.scheme, found.host)
	return found
}

// nearest is what the proxy next to this server said: the last of a list that each adds to.
func nearest(h http.Header, name string) string {
	all := strings.Split(strings.Join(h.Values(name), ","), ",")
	return strings.ToLower(strings.TrimSpace(all[len(all)-1]))
}

// canonicalHost has one spelling for each host and port.
func canonicalHost(scheme, host string) string {
	host = strings.ToLower(host)
	if name, port, err := net.SplitHostPort(host); err == nil && (scheme == "https" && port == "443" || scheme == "http" && port == "80") {
		host = name
		if strings.Contains(name, ":") {
			host = "[" + name + "]"
		}
	}
	return host
}

// verdict is what becomes of a browser that asked for something.
type verdict struct {
	// good: it is served.
	good bool
	// to is the origin to redirect to, or, with a title, to point to; "" for none.
	to string
	// title and text are a page for people that names what is wrong, what was seen, and the setting.
	title string
	text  []string
}

// judge decides about a browser by what it asked for alone.
func (s *Site) judge(found seen) verdict {
	if s == nil {
		return verdict{good: true}
	}
	if s.URL != nil {
		return s.judgeByURL(found)
	}
	name := found.name()
	ip, err := netip.ParseAddr(name)
	switch {
	case err == nil && (ip == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || ip == netip.IPv6Loopback()):
		return verdict{to: found.scheme + "://" + withPort(localhost, found.host)}
	case err == nil:
		return s.needsName(found)
	case name != localhost && !s.owns(name):
		return verdict{title: "This is not a name of this server", text: []string{
			"You asked for " + printable(found.origin()) + ". This server does not know that name as its own, so nothing is shown under it: " +
				"passwords and passkeys belong to one name.",
			"If the name is right, say so on the server and start it again: --console-url https://" + printable(found.host) +
				" (variable WARDER_CONSOLE_URL), or --tls-host " + printable(name) + " where Warder makes its own certificate.",
		}}
	case found.scheme != "https" && name != localhost:
		return verdict{title: "The console needs HTTPS", text: []string{
			"You asked for " + printable(found.origin()) + ". Over plain HTTP the console is shown at localhost only.",
			"If TLS ends at a proxy before this server, set --console-url https://" + printable(found.host) + " (variable WARDER_CONSOLE_URL), " +
				"and name the proxy with --trusted-proxy (WARDER_TRUSTED_PROXY); it must send X-Forwarded-Proto.",
		}}
	}
	return verdict{good: true}
}

func (s *Site) judgeByURL(found seen) verdict {
	host := canonicalHost(s.URL.Scheme, s.URL.Host)
	if found.scheme == s.URL.Scheme && found.host == host {
		return verdict{good: true}
	}
	v := verdict{title: "The console has another address", to: s.URL.Scheme + "://" + host, text: []string{
		"You asked for " + printable(found.origin()) + ". The console is at " + s.URL.Scheme + "://" + host + ", which the setting console-url " +
			"(variable WARDER_CONSOLE_URL) says.",
	}}
	if found.host == host && !found.proxied {
		v.text = append(v.text, "If you did ask for that address, a proxy before this server does not say so: name it with --trusted-proxy "+
			"(WARDER_TRUSTED_PROXY), and let it send X-Forwarded-Proto.")
	} else {
		v.text = append(v.text, "If you did ask for that address, a proxy before this server changes the Host header: let it keep the header, or send "+
			"X-Forwarded-Host, and name the proxy with --trusted-proxy (WARDER_TRUSTED_PROXY).")
	}
	return v
}

// needsName is the page for who asked for an address.
func (s *Site) needsName(found seen) verdict {
	v := verdict{title: "The console needs a name", text: []string{
		"You asked for the address " + printable(found.name()) + ". Passkeys belong to a name, so the console is shown under one only.",
	}}
	names := slices.DeleteFunc(slices.Clone(s.Names), func(n string) bool {
		_, err := netip.ParseAddr(n)
		return err == nil || n == localhost || strings.HasPrefix(n, "*")
	})
	if len(names) > 0 && found.scheme == "https" {
		v.to = "https://" + withPort(strings.ToLower(names[0]), found.host)
		v.text = append(v.text, "This server is called "+strings.Join(names, ", ")+".")
	}
	v.text = append(v.text, "Another name is set by --console-url (variable WARDER_CONSOLE_URL), or --tls-host (WARDER_TLS_HOST) where Warder makes "+
		"its own certificate. On the server itself, use localhost.")
	return v
}

// withPort gives name the port that host has.
func withPort(name, host string) string {
	u := url.URL{Host: host}
	if port := u.Port(); port != "" {
		return net.JoinHostPort(name, port)
	}
	return name
}

// owns reports whether a host name is one of this server's.
func (s *Site) owns(name string) bool {
	_, parent, _ := strings.Cut(name, ".")
	return slices.ContainsFunc(s.Names, func(own string) bool {
		wild, isWild := strings.CutPrefix(own, "*.")
		return strings.EqualFold(own, name) || isWild && parent != "" && strings.EqualFold(wild, parent)
	})
}

// maxShown is how much of what a browser asked for is shown.
const maxShown = 300

// printable cuts what stands in a page to a length, and takes out what no host has.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
	return text[:min(len(text), maxShown)]
}

// admit reports whether the browser came by a name of this server. It answers where it did not.
func (v *visit) admit() bool {
	judged := v.Site.judge(v.seen)
	reading := v.r.Method == http.MethodGet || v.r.Method == http.MethodHead
	switch {
	case judged.good:
		return true
	case judged.title == "" && reading:
		v.redirect(judged.to + v.r.RequestURI)
		return false
	}
	p := &page{Title: judged.title, Lead: judged.text}
	if judged.title == "" {
		p.Title, p.Lead = "The console needs a name", []string{"Nothing was done. Use " + judged.to + " in place of the address."}
	}
	if judged.to != "" {
		p.Links = []link{{judged.to + applicationPath, judged.to + applicationPath}}
	}
	v.w.Header().Set("Referrer-Policy", "no-referrer") // a link for set-up may have led here
	v.render(http.StatusMisdirectedRequest, "message", p)
	return false
}
