package exhaustive

import (
	"strings"

	"github.com/warder-iam/warder/directory"
)

// request is one that a service gets; in its resource, A stands for the account and N for any name.
type request struct{ action, resource string }

// handing is a way to have a service do as one likes with a role that it is handed.
type handing struct {
	service  string
	requests []request
}

// handings are ways that have one operation each: whoever may make all of these requests runs what he likes with the role.
// They are written down here once more, from the services' own documentation, so that a mistake in the graph's list shows.
func handings() []handing {
	const (
		function = "arn:aws:lambda:us-east-1:A:function:N"
		job      = "arn:aws:glue:us-east-1:A:job/N"
		trigger  = "arn:aws:glue:us-east-1:A:trigger/N"
		task     = "arn:aws:ecs:us-east-1:A:task-definition/N:1"
		stack    = "arn:aws:cloudformation:us-east-1:A:stack/N/1"
		project  = "arn:aws:codebuild:us-east-1:A:project/N"
		notebook = "arn:aws:sagemaker:us-east-1:A:notebook-instance/N"
		machine  = "arn:aws:states:us-east-1:A:stateMachine:N"
		ec2      = "arn:aws:ec2:us-east-1:A:"
	)
	instance := []request{
		{"ec2:RunInstances", ec2 + "instance/N"}, {"ec2:RunInstances", "arn:aws:ec2:us-east-1::image/N"}, {"ec2:RunInstances", ec2 + "subnet/N"},
		{"ec2:RunInstances", ec2 + "network-interface/N"}, {"ec2:RunInstances", ec2 + "security-group/N"}, {"ec2:RunInstances", ec2 + "volume/N"},
	}
	return []handing{
		{"lambda.amazonaws.com", []request{{"lambda:CreateFunction", function}, {"lambda:InvokeFunction", function}}},
		{"lambda.amazonaws.com", []request{{"lambda:CreateFunction", function}, {"lambda:AddPermission", function}}},
		{"lambda.amazonaws.com", []request{{"lambda:CreateFunction", function}, {"lambda:CreateEventSourceMapping", "*"}}},
		{"ec2.amazonaws.com", instance},
		{"ecs-tasks.amazonaws.com", []request{{"ecs:RegisterTaskDefinition", task}, {"ecs:RunTask", task}}},
		{"ecs-tasks.amazonaws.com", []request{{"ecs:RegisterTaskDefinition", task}, {"ecs:StartTask", task}}},
		{"ecs-tasks.amazonaws.com", []request{{"ecs:RegisterTaskDefinition", task}, {"ecs:CreateService", "arn:aws:ecs:us-east-1:A:service/default/N"}}},
		{"glue.amazonaws.com", []request{{"glue:CreateJob", job}, {"glue:StartJobRun", job}}},
		{"glue.amazonaws.com", []request{{"glue:UpdateJob", job}, {"glue:StartJobRun", job}}},
		{"glue.amazonaws.com", []request{{"glue:CreateJob", job}, {"glue:CreateTrigger", trigger}}},
		{"glue.amazonaws.com", []request{{"glue:CreateDevEndpoint", "*"}}},
		{"cloudformation.amazonaws.com", []request{{"cloudformation:CreateStack", stack}}},
		{"cloudformation.amazonaws.com", []request{{"cloudformation:CreateChangeSet", stack}, {"cloudformation:ExecuteChangeSet", stack}}},
		{"codebuild.amazonaws.com", []request{{"codebuild:CreateProject", project}, {"codebuild:StartBuild", project}}},
		{"codebuild.amazonaws.com", []request{{"codebuild:CreateProject", project}, {"codebuild:StartBuildBatch", project}}},
		{"sagemaker.amazonaws.com", []request{{"sagemaker:CreateNotebookInstance", notebook}, {"sagemaker:CreatePresignedNotebookInstanceUrl", notebook}}},
		{"sagemaker.amazonaws.com", []request{{"sagemaker:CreateTrainingJob", "arn:aws:sagemaker:us-east-1:A:training-job/N"}}},
		{"states.amazonaws.com", []request{{"states:CreateStateMachine", machine}, {"states:StartExecution", machine}}},
		{"scheduler.amazonaws.com", []request{{"scheduler:CreateSchedule", "arn:aws:scheduler:us-east-1:A:schedule/default/N"}}},
	}
}

// handed reports whether somebody can have a service act with the role.
func (p position) handed(a *directory.Account, r *directory.Role, can canFunc) bool {
	role := a.ARN(r)
	passes := map[string]bool{}
	for _, h := range handings() {
		if _, known := passes[h.service]; !known {
			passes[h.service] = can("iam:PassRole", role, "iam:PassedToService", h.service) && p.service(role, h.service)
		}
		if passes[h.service] && p.canAll(h.requests, can) && (h.service != "ec2.amazonaws.com" || p.profile(a, r, can)) {
			return true
		}
	}
	return false
}

func (p position) canAll(requests []request, can canFunc) bool {
	named := strings.NewReplacer(":A:", ":"+p.Account+":", ":N", ":any", "/N", "/any")
	for _, q := range requests {
		if !can(q.action, named.Replace(q.resource)) {
			return false
		}
	}
	return true
}

// profile reports whether an instance profile carries the role or can be made for it.
func (p position) profile(a *directory.Account, r *directory.Role, can canFunc) bool {
	for range a.ProfilesOf(r.ID) {
		return true
	}
	name := "arn:aws:iam::" + p.Account + ":instance-profile/any"
	return can("iam:CreateInstanceProfile", name) && can("iam:AddRoleToInstanceProfile", name)
}

// takeovers are the requests by which one gets hold of what runs, each enough by itself, by the service in its ARN.
var takeovers = map[string][]string{
	"lambda": {"lambda:UpdateFunctionCode"},
	"ec2": {
		"ec2:ModifyInstanceAttribute", "ec2-instance-connect:SendSSHPublicKey", "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
		"ssm:StartSession", "ssm:SendCommand",
	},
	"ecs":            {"ecs:ExecuteCommand"},
	"codebuild":      {"codebuild:StartBuild", "codebuild:StartBuildBatch"},
	"cloudformation": {"cloudformation:UpdateStack", "cloudformation:ExecuteChangeSet"},
	"glue":           {"glue:UpdateDevEndpoint"},
}

// takenOver reports whether somebody gets hold of something that runs with the role. That some ways take more than one
// request is passed over: it takes too much for possible, which a proof may.
func (p position) takenOver(role string, can canFunc) bool {
	for workload, its := range p.Workloads {
		if its != role {
			continue
		}
		for _, action := range takeovers[strings.Split(workload, ":")[2]] {
			if can(action, workload) {
				return true
			}
		}
	}
	return false
}

// vouched reports whether somebody can make an identity provider that the role trusts his own. Whoever has it lets it say what
// conditions ask for; this too takes too much for possible.
func (p position) vouched(a *directory.Account, r *directory.Role, can canFunc) bool {
	for s := range a.SAMLProviders() {
		if name := a.ARN(s); strings.Contains(r.Trust.Text, name) && can("iam:UpdateSAMLProvider", name) {
			return true
		}
	}
	for o := range a.OIDCProviders() {
		if name := a.ARN(o); strings.Contains(r.Trust.Text, name) &&
			(can("iam:UpdateOpenIDConnectProviderThumbprint", name) ||
				can("iam:AddClientIDToOpenIDConnectProvider", name) && !strings.Contains(r.Trust.Text, ":aud")) { // a client is an audience
			return true
		}
	}
	return false
}
