package bench

import (
	"net"

	minioPolicy "github.com/minio/pkg/v3/policy"
	"github.com/minio/pkg/v3/policy/condition"

	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/policy/eval/evaltest"
)

// minio evaluates the same language for one service. So the ARNs are those of objects in a bucket "aws", named like the
// whole ARN: the parser would refuse other services, but the evaluator has no such limit. It knows no aws:PrincipalTag;
// an object's tag is its nearest key, and costs the same.
//
// All statements stand in one policy, in order, as its server merges those of one user. It tells only whether a request is
// allowed. Licence: AGPL-3.0, see docs/dependencies.md.
func minio() peer { return peer{name: "minio", coarse: true, prepare: prepareMinio} }

const minioBucket = "aws"

func prepareMinio(shape evaltest.Shape) (engine, error) {
	rules, err := rulesOf(shape)
	if err != nil {
		return nil, err
	}
	merged := minioPolicy.Policy{Version: minioPolicy.DefaultVersion}
	for i := range rules {
		st, err := minioStatement(&rules[i])
		if err != nil {
			return nil, err
		}
		merged.Statements = append(merged.Statements, st)
	}
	return func(r *eval.Request) (decide, error) {
		q, err := questionOf(r)
		if err != nil {
			return nil, err
		}
		args := minioPolicy.Args{
			AccountName: "alice", Action: minioPolicy.Action(q.action), BucketName: minioBucket, ObjectName: q.resource,
			ConditionValues: map[string][]string{minioTeam().Name(): {q.team}, condition.AWSSourceIP.Name(): {q.address}},
		}
		return func() (eval.Verdict, error) {
			if merged.IsAllowed(args) {
				return eval.Allow, nil
			}
			return eval.ImplicitDeny, nil
		}, nil
	}, nil
}

func minioTeam() condition.Key { return condition.NewKey(condition.ExistingObjectTag, "team") }

func minioStatement(r *rule) (minioPolicy.Statement, error) {
	var actions []minioPolicy.Action
	for _, a := range r.actions {
		actions = append(actions, minioPolicy.Action(a))
	}
	var resources []minioPolicy.Resource
	for _, pattern := range r.resources {
		resources = append(resources, minioPolicy.NewResource(minioBucket+"/"+pattern))
	}
	conditions, err := minioConditions(r)
	effect := minioPolicy.Allow
	if r.deny {
		effect = minioPolicy.Deny
	}
	set := minioPolicy.NewResourceSet(resources...)
	return minioPolicy.NewStatement("", effect, minioPolicy.NewActionSet(actions...), set, conditions), err
}

func minioConditions(r *rule) (condition.Functions, error) {
	if r.team == "" {
		return nil, nil
	}
	team, err := condition.NewStringEqualsFunc("", minioTeam(), r.team)
	if err != nil {
		return nil, err
	}
	_, network, err := net.ParseCIDR(r.network)
	if err != nil {
		return nil, err
	}
	address, err := condition.NewIPAddressFunc(condition.AWSSourceIP.ToKey(), network)
	if err != nil {
		return nil, err
	}
	return condition.NewFunctions(team, address), nil
}
