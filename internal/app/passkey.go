package app

import "github.com/warder-iam/warder/internal/passkey"

// party is the site that passkeys are for which a request registers that was sent to that host.
func (a *App) party(host string, secure bool) (passkey.Party, error) {
	if u := a.config.Console.URL; u != "" {
		return passkey.PartyAt(u)
	}
	if secure {
		return passkey.PartyAt("https://" + host)
	}
	return passkey.PartyAt("http://" + host)
}
