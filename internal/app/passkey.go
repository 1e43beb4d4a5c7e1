package app

import "github.com/warder-iam/warder/internal/passkey"

// passkeyParty is the site that a request was sent to.
func passkeyParty(host string, secure bool) (passkey.Party, error) {
	if secure {
		return passkey.PartyAt("https://" + host)
	}
	return passkey.PartyAt("http://" + host)
}
