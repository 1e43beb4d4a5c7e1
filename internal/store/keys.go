package store

import (
	"encoding/hex"
	"strings"
)

// Keys stand in clear in the engine, so they hold ids that Warder made and nothing that a user chose:
//
//	a/<account id>/account               AccountInfo
//	a/<account id>/user/<unique id>      User; likewise group, role, policy, profile
//	a/<account id>/key/<access key id>   AccessKey
//	a/<account id>/saml/<unique id>      SAMLProvider
//	version/<account id>                 which state of the account the records above are
//	outbox/<revision>-<account id>       an event on its way to the trail; the revision in 16 hexadecimal digits
//	retry/<hash>                         an answer that is remembered; SHA-256 in 64 hexadecimal digits
//	used/<account id>/<id>               last use of an access key or role, by key id or unique id
//
// Account ids, unique ids and access key ids are no secrets: they appear in every ARN and every log.
const (
	entityPrefix  = "a/"
	versionPrefix = "version/"
	outboxPrefix  = "outbox/"
	retryPrefix   = "retry/"
	usedPrefix    = "used/"
)

func entityKey(account, key string) string { return entityPrefix + account + "/" + key }

func versionKey(account string) string { return versionPrefix + account }

func outboxKey(sequence Sequence) string { return outboxPrefix + string(sequence) }

func retryKey(hash []byte) string { return retryPrefix + hex.EncodeToString(hash) }

func usedKey(account, id string) string { return usedPrefix + account + "/" + id }

// splitAccount takes a key with an account in it apart, after its prefix.
func splitAccount(key, prefix string) (account, rest string) {
	account, rest, _ = strings.Cut(key[len(prefix):], "/")
	return account, rest
}

// end is the first key after all that begin with prefix, whose last byte is '/' or a digit.
func end(prefix string) string {
	last := len(prefix) - 1
	return prefix[:last] + string(prefix[last]+1)
}
