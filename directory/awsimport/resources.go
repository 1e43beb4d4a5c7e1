package awsimport

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/warder-iam/warder/arn"
)

// resourceKinds are the policies of resources, in the shapes of the services that have them.
func resourceKinds() []recogniser {
	return []recogniser{{
		kind: KindResourcePolicy, is: isResourcePolicy, owner: resourceOwner, read: readResourcePolicy,
		operations: []string{
			"GetBucketPolicy", "GetKeyPolicy", "GetResourcePolicy", "GetRepositoryPolicy", "GetPolicy", "GetQueueAttributes",
			"GetTopicAttributes", "GetLayerVersionPolicy", "DescribeFileSystemPolicy", "GetBackupVaultAccessPolicy", "GetAccessPointPolicy",
		},
	}}
}

// policyMembers hold the policy, in the shapes of the services: S3, KMS, Lambda and others; Secrets Manager; ECR; Glue.
var policyMembers = []string{"policy", "resourcepolicy", "policytext", "policyinjson"}

// policyOf finds the policy in an answer: its text, and the member that it stands in.
func policyOf(v *value) (text documentText, member string, ok bool) {
	for _, name := range policyMembers {
		m := v.members[name]
		if m == nil || m.items != nil {
			continue
		}
		if m.raw.Kind() == '{' && !isDocument(m.raw) {
			continue
		}
		if m.raw.Kind() == '{' || m.raw.Kind() == '"' {
			err := decode(m.raw, &text)
			return text, name, err == nil
		}
	}
	// SQS and SNS give it among a queue's or topic's attributes.
	if v.kindOf("attributes") == '{' {
		var attributes struct{ QueueArn, TopicArn, Policy string }
		if decode(v.members["attributes"].raw, &attributes) == nil && attributes.QueueArn+attributes.TopicArn != "" {
			return documentText(attributes.Policy), "attributes", true
		}
	}
	return "", "", false
}

// isDocument tells a policy document from other objects that AWS calls a policy.
func isDocument(raw jsontext.Value) bool {
	var d map[string]jsontext.Value
	if decode(raw, &d) != nil {
		return false
	}
	_, ok := d["Statement"]
	return ok
}

// isBare tells whether a value is itself a policy document.
func isBare(v *value) bool { return v.has("statement") && (v.has("version") || len(v.names) <= 2) }

func isResourcePolicy(v *value) bool {
	if isBare(v) {
		return true
	}
	_, _, ok := policyOf(v)
	return ok
}

// resourceARN finds the ARN of the resource, of which the answers of S3, KMS and others say nothing: in the answer, in
// the call, in the policy where AWS itself names the resource (Lambda), and at last in the file's name.
func resourceARN(v *value, text documentText) string {
	for _, name := range []string{"ResourceArn", "Arn", "BackupVaultArn", "FunctionArn", "SecretArn", "KeyArn", "KeyId", "StreamArn", "RepositoryArn", "TopicArn", "QueueArn"} {
		if p := v.param(name); arn.Valid(p) {
			return p
		}
	}
	if v.kindOf("attributes") == '{' {
		var attributes struct{ QueueArn, TopicArn string }
		if decode(v.members["attributes"].raw, &attributes) == nil {
			return attributes.QueueArn + attributes.TopicArn
		}
	}
	if bucket := v.param("Bucket"); bucket != "" {
		return "arn:" + arn.PartitionOf(v.region) + ":s3:::" + bucket
	}
	if id, name := v.text("registryid"), v.text("repositoryname"); id != "" && name != "" && v.region != "" {
		return "arn:" + arn.PartitionOf(v.region) + ":ecr:" + v.region + ":" + id + ":repository/" + name
	}
	if name := arnInPath(v.file.Path); name != "" {
		return name
	}
	if v.has("revisionid") {
		return onlyResource(text)
	}
	return ""
}

// onlyResource is the resource that all statements of a policy name, if it is one and without wildcards.
func onlyResource(text documentText) string {
	var d struct{ Statement []struct{ Resource string } }
	if decode(jsontext.Value(text), &d) != nil || len(d.Statement) == 0 {
		return ""
	}
	name := d.Statement[0].Resource
	for _, s := range d.Statement {
		if s.Resource != name {
			return ""
		}
	}
	if !arn.Valid(name) || strings.ContainsAny(name, "*?") {
		return ""
	}
	return name
}

// arnInPath is the ARN that a file is named for: the rest of its path from a part on that begins with "arn:", without
// its ending; characters may be escaped as in URLs.
func arnInPath(name string) string {
	plain, err := url.PathUnescape(name)
	if err != nil {
		plain = name
	}
	from := strings.LastIndex("/"+plain, "/arn:")
	if from < 0 {
		return ""
	}
	candidate := withoutEndings(plain[from:])
	if !arn.Valid(candidate) {
		return ""
	}
	return candidate
}

// withoutEndings takes the endings off a file's name that files of a bundle have.
func withoutEndings(name string) string {
	for _, ending := range []string{".gz", ".json", ".txt"} {
		name = strings.TrimSuffix(name, ending)
	}
	return name
}

func resourceOwner(v *value) string {
	text, _, _ := policyOf(v)
	if id := accountOf(resourceARN(v, text)); id != "" {
		return id
	}
	return accountOf(v.param("ResourceAccount"))
}

func readResourcePolicy(a *account, v *value) {
	if v.failure != "" {
		// The names of the errors for "has no policy" differ by service.
		if !strings.Contains(v.failure, "NoSuch") && !strings.Contains(v.failure, "NotFound") {
			a.refused(v)
		}
		a.hold(KindResourcePolicy, Partial)
		return
	}
	text, member, _ := policyOf(v)
	at := place{v, v.pointer(v.nameOf(member))}
	if isBare(v) {
		text, at = v.document(), place{v, v.at}
	}
	if strings.TrimSpace(string(text)) == "" { // a queue without a policy
		a.hold(KindResourcePolicy, Partial)
		return
	}
	name := resourceARN(v, text)
	if name == "" {
		a.problem(at, "", "", "nothing tells which resource's policy this is: add a member ResourceArn, or name the file by the ARN")
		return
	}
	a.ev.ResourcePolicies = append(a.ev.ResourcePolicies, ResourcePolicy{
		ARN: name, Account: a.id, Document: a.document(text, at, name, "", "the resource policy"), File: v.file.Path,
	})
	a.hold(KindResourcePolicy, Partial)
}

// document is a value that is a policy itself.
func (v *value) document() documentText {
	text := v.object()
	if text.Indent(jsontext.WithIndent("  ")) != nil {
		return ""
	}
	return documentText(text)
}

// object puts a value together again.
func (v *value) object() jsontext.Value {
	object := []byte{'{'}
	for _, name := range v.names {
		m := v.members[strings.ToLower(name)]
		raw := m.raw
		if m.items != nil {
			raw = slices.Concat([]byte{'['}, bytes.Join(asBytes(m.items), []byte{','}), []byte{']'})
		}
		object = appendMember(object, name, raw)
	}
	return append(object, '}')
}

func asBytes(items []jsontext.Value) [][]byte {
	all := make([][]byte, len(items))
	for i, item := range items {
		all[i] = item
	}
	return all
}
