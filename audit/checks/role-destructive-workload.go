package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy"
)

var roleDestructiveWorkload = audit.Check{
	ID:       "role-destructive-workload",
	Title:    "Workloads cannot destroy the data that they write",
	Why:      "An instance or function is the first thing that an attacker gets; one that uploads and may also delete takes the data with it, backups included.",
	Severity: audit.High,
	Area:     audit.AreaPrivilege,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "least privilege"}, {Framework: audit.Practice, ID: "protect data from its writers"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, rolesOf|policies) {
			return
		}
		admins := administrators(a)
		for _, p := range principals(a, r) {
			role, ok := p.entity.(*directory.Role)
			if !ok || admins[p.ARN] || !runsWorkload(a, role) {
				continue
			}
			for _, s := range dataStores() {
				destroys(a, r, &p, &s)
			}
		}
	},
}

// dataStore is a kind of place that data is written to: who may do write puts data in, read takes it out, remove destroys it
// piece by piece, and undo all of it, or what protects it: its versions, its life time, the place itself.
type dataStore struct {
	name               string
	write, read        string
	remove             []string
	undo               []string
	container, content func(resource string) string // of the resource that is written to
}

func dataStores() []dataStore {
	same := func(resource string) string { return resource }
	bucket := func(object string) string { b, _, _ := strings.Cut(object, "/"); return b }
	logGroup := func(stream string) string { g, _, _ := strings.Cut(stream, ":log-stream:"); return g }
	return []dataStore{
		{
			"S3 objects", "s3:PutObject", "s3:GetObject", []string{"s3:DeleteObject", "s3:DeleteObjectVersion"},
			[]string{"s3:PutLifecycleConfiguration", "s3:PutBucketVersioning", "s3:DeleteBucket"}, bucket, same,
		},
		{
			"DynamoDB items", "dynamodb:PutItem", "dynamodb:GetItem", []string{"dynamodb:DeleteItem"},
			[]string{"dynamodb:DeleteTable", "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateTimeToLive"}, same, same,
		},
		{
			"log events", "logs:PutLogEvents", "logs:GetLogEvents", []string{"logs:DeleteLogStream"},
			[]string{"logs:DeleteLogGroup", "logs:PutRetentionPolicy"}, logGroup, same,
		},
		{
			"container images", "ecr:PutImage", "ecr:BatchGetImage", []string{"ecr:BatchDeleteImage"},
			[]string{"ecr:PutLifecyclePolicy", "ecr:DeleteRepository", "ecr:PutImageTagMutability"}, same, same,
		},
	}
}

// destroys reports a role that writes to a store and may destroy what is there. A role that reads, writes and deletes may be
// an ordinary application: deleting is reported of one that does not read, and of one that is known never to have deleted.
func destroys(a *audit.Account, r *audit.Reporter, p *principal, s *dataStore) {
	for _, written := range p.places(a, s.write) {
		write := can(a, r, p, s.write, written)
		if !write.Possible() {
			continue
		}
		found := append(deletions(a, r, p, s, written), possible(a, r, p, s.undo, s.container(written))...)
		if len(found) > 0 {
			r.Found(s.name, destruction(a, p, s, written, &write, found))
			return // one resource shows it
		}
	}
}

// deletions are what the principal may remove of what it writes to a resource, and has no use for.
func deletions(a *audit.Account, r *audit.Reporter, p *principal, s *dataStore, written string) []deed {
	may := possible(a, r, p, s.remove, s.content(written))
	if len(may) == 0 || !reads(a, r, p, s.read, written) {
		return may
	}
	used, known := hasDone(a, p, s.remove)
	switch {
	case !known:
		r.NotAssessed(fmt.Sprintf("whether %s ever deletes %s, which it may", p.label, s.name), audit.Command("aws", "iam", "generate-service-last-accessed-details", "--granularity", "ACTION_LEVEL", "--arn", p.ARN))
	case !used:
		return may
	}
	return nil
}

func destruction(a *audit.Account, p *principal, s *dataStore, written string, write *access.Answer, found []deed) audit.Finding {
	var actions []string
	evidence := grants(a, p.ARN, write, "allows "+s.write+" on "+written)
	for i := range found {
		actions = append(actions, found[i].action)
		evidence = append(evidence, grants(a, p.ARN, &found[i].answer, "allows "+found[i].action+" on "+found[i].resource)...)
	}
	return audit.Finding{
		Resource: p.ARN,
		Title:    fmt.Sprintf("%s, of a workload, writes %s and may also do %s", title(p.label), s.name, and(actions)),
		Evidence: evidence,
		Remedy: audit.Remedy{
			Text:  "Take these actions from the role, and deny them so that no later policy gives them back.",
			Patch: fmt.Sprintf(`{"Effect": "Deny", "Action": [%s], "Resource": "*"}`, quoteAll(actions)),
		},
	}
}

// deed is something that a principal may do to a resource.
type deed struct {
	action, resource string
	answer           access.Answer
}

func possible(a *audit.Account, r *audit.Reporter, p *principal, actions []string, resource string) []deed {
	var all []deed
	for _, action := range actions {
		if answer := can(a, r, p, action, resource); answer.Possible() {
			all = append(all, deed{action, resource, answer})
		}
	}
	return all
}

func reads(a *audit.Account, r *audit.Reporter, p *principal, action, resource string) bool {
	answer := can(a, r, p, action, resource)
	return answer.Possible()
}

// hasDone reports whether the principal is known to have done one of the actions; known is false where nothing tells.
func hasDone(a *audit.Account, p *principal, actions []string) (done, known bool) {
	last := a.Evidence.LastAccessed[p.ARN]
	if last == nil {
		return false, false
	}
	service, _, _ := strings.Cut(actions[0], ":")
	for _, s := range last.Services {
		if s.Service != service {
			continue
		}
		if s.Last.IsZero() {
			return false, true
		}
		for _, t := range s.Actions {
			if slices.Contains(actions, service+":"+t.Action) {
				known, done = true, done || !t.Last.IsZero()
			}
		}
	}
	return done, known
}

// runsWorkload reports whether a role is one of instances, functions, containers or builds: something runs with it, or the
// services that run things may assume it.
func runsWorkload(a *audit.Account, role *directory.Role) bool {
	name := a.Directory.ARN(role)
	if slices.ContainsFunc(a.Evidence.Workloads, func(w awsimport.Workload) bool { return w.Role == name }) {
		return true
	}
	if role.Trust.Err() != nil {
		return false
	}
	doc := role.Trust.Compiled().Document()
	return slices.ContainsFunc(doc.Statements, func(st policy.Statement) bool {
		return st.Effect == policy.Allow && st.Principal != nil && slices.ContainsFunc(st.Principal.Service, func(v policy.Value) bool {
			return slices.ContainsFunc(runners, func(runner string) bool {
				return slices.Contains(arn.ServicePrincipals(a.Partition, runner), v.Text)
			})
		})
	})
}

// runners are the services that run people's code with a role.
var runners = []string{
	"ec2.amazonaws.com", "lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "codebuild.amazonaws.com", "glue.amazonaws.com",
	"sagemaker.amazonaws.com", "batch.amazonaws.com", "tasks.apprunner.amazonaws.com", "pods.eks.amazonaws.com", "ssm.amazonaws.com",
}

func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	return strings.Join(quoted, ", ")
}
