package store

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// Keys stand in clear in the engine, so they hold ids that Warder made and nothing that a user chose:
//
//	a/<account id>/account               AccountInfo
//	a/<account id>/user/<unique id>      User; likewise group, role, policy, profile
//	a/<account id>/key/<access key id>   AccessKey; likewise sshkey, servercertificate, servicecredential by their ids
//	a/<account id>/signingcertificate/<id>  SigningCertificate; its id is a hash of what is public
//	a/<account id>/roledeletion/<UUID>   RoleDeletion
//	a/<account id>/passwords             PasswordPolicy
//	a/<account id>/login/<unique id>     LoginProfile, by its user
//	a/<account id>/mfa/<id>              MFADevice
//	a/<account id>/oidc/<id>             OIDCProvider
//	a/<account id>/issuer                TokenIssuer
//	a/<account id>/saml/<unique id>      SAMLProvider
//	a/<account id>/trail/<id>            Trail
//	a/<account id>/alarm/<id>            Alarm; its id is a hash of its rule and what it is about
//	a/<account id>/websession/<id>       WebSession; its id opens nothing
//	a/<account id>/contact               Contact
//	a/<account id>/setup                 Setup
//	a/<account id>/alternatecontact/<type>  AlternateContact: BILLING, OPERATIONS or SECURITY
//	version/<account id>                 which state of the account the records above are
//	outbox/<revision>-<account id>       an event on its way to the trail; the revision in 16 hexadecimal digits
//	retry/<hash>                         an answer that is remembered; SHA-256 in 64 hexadecimal digits
//	used/<account id>/<id>               last use of an access key, role, password or web session, by key id or unique id
//	access/<account id>/<id>             what a user or role (unique id) or the root user (account id) last tried
//	report/<account id>/<kind>/<id>      a report: when it was made; the id is a UUID
//	note/<account id>/<kind>/<id>        what a background job remembers of the thing with that id
//	part/<account id>/<kind>/<id>/<n>    a part of its text, by number in 4 hexadecimal digits
//	trail/head                           TrailHead
//	trail/key/<fingerprint>              a key pair that signs digests; MD5 of its public half
//	trail/digest/<account id>/<hash>     trail.Checkpoint of a trail; part of the SHA-256 of its name
//	delivery/<account id>/<trail id>     Delivery: how far a trail's deliveries are
//	delivered/<account id>/<trail id>/<n>  DeliveredFile that no digest names yet, by number in 16 hexadecimal digits
//	progress/<reader>/<n>                how far a reader of the trail is, in parts
//
// Account ids, unique ids and access key ids are no secrets: they appear in every ARN and every log.
const (
	entityPrefix   = "a/"
	versionPrefix  = "version/"
	outboxPrefix   = "outbox/"
	retryPrefix    = "retry/"
	usedPrefix     = "used/"
	accessPrefix   = "access/"
	reportPrefix   = "report/"
	partPrefix     = "part/"
	progressPrefix = "progress/"

	trailHeadKey     = "trail/head"
	digestKeyPrefix  = "trail/key/"
	checkpointPrefix = "trail/digest/"

	deliveryPrefix  = "delivery/"
	deliveredPrefix = "delivered/"
	notePrefix      = "note/"
)

func entityKey(account, key string) string { return entityPrefix + account + "/" + key }

func versionKey(account string) string { return versionPrefix + account }

func outboxKey(sequence Sequence) string { return outboxPrefix + string(sequence) }

func retryKey(hash []byte) string { return retryPrefix + hex.EncodeToString(hash) }

func usedKey(account, id string) string { return usedPrefix + account + "/" + id }

func accessKey(account, id string) string { return accessPrefix + account + "/" + id }

func reportKey(account string, kind ReportKind, id string) string {
	return reportPrefix + account + "/" + string(kind) + "/" + id
}

// noteKey is the key of one note, or the prefix of all of a kind for no id.
func noteKey(account string, kind NoteKind, id string) string {
	return notePrefix + account + "/" + string(kind) + "/" + id
}

// reportPartKey is the key of one part, or the prefix of all for a number below 0.
func reportPartKey(account string, kind ReportKind, id string, number int) string {
	prefix := partPrefix + account + "/" + string(kind) + "/" + id + "/"
	if number < 0 {
		return prefix
	}
	return prefix + fmt.Sprintf("%04x", number)
}

func digestKeyKey(fingerprint string) string { return digestKeyPrefix + fingerprint }

func checkpointKey(account, name string) string {
	return checkpointPrefix + account + "/" + hex.EncodeToString(trailNameHash(name))
}

func deliveryKey(account, id string) string { return deliveryPrefix + account + "/" + id }

// deliveredKey is the key of one file, or the prefix of all for number 0.
func deliveredKey(account, id string, number uint64) string {
	prefix := deliveredPrefix + account + "/" + id + "/"
	if number == 0 {
		return prefix
	}
	return prefix + fmt.Sprintf("%016x", number)
}

func progressKey(reader string, part int) string {
	return fmt.Sprintf("%s%s/%d", progressPrefix, reader, part)
}

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
