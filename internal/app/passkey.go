package app

import "github.com/warder-iam/warder/internal/passkey"

// passkeyParty is the site of a call that was sent to that host: the console's address where that is set, for passkeys are its.
func (a *App) passkeyParty(host string, secure bool) (passkey.Party, error) {
	switch {
	case a.config.ConsoleURL != "":
		return passkey.PartyAt(a.config.consoleURL(""))
	case secure:
		return passkey.PartyAt("https://" + host)
	}
	return passkey.PartyAt("http://" + host)
}
