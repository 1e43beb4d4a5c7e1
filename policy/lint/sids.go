package lint

import (
	"strings"

	"github.com/warder-iam/warder/policy"
)

// checkSids: EMPTY_SID_VALUE, UNSUPPORTED_SID, UNIQUE_SIDS_REQUIRED, UNIQUE_SIDS_RECOMMENDED.
func checkSids(l *linter) {
	identity := l.is(policy.Identity, policy.SCP, policy.RCP)
	seen := map[string]bool{}
	for i := range l.statements {
		sid := l.statements[i].sid
		switch {
		case !sid.isString():
			continue
		case sid.text == "":
			l.report("EMPTY_SID_VALUE", sid, "The Sid is empty. Give it a value, or remove it.")
			continue
		case identity && strings.Trim(sid.text, alphanumeric) != "":
			l.report("UNSUPPORTED_SID", sid, "The Sid %q has characters other than a-z, A-Z and 0-9. Remove them.", sid.text)
		}
		switch {
		case !seen[sid.text]:
			seen[sid.text] = true
		case identity || l.is(policy.Trust):
			l.report("UNIQUE_SIDS_REQUIRED", sid, "An earlier statement has the Sid %q too. Change one of them.", sid.text)
		default:
			l.report("UNIQUE_SIDS_RECOMMENDED", sid, "An earlier statement has the Sid %q too. Change one of them.", sid.text)
		}
	}
}

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
