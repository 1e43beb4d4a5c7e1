package escalation

import "strings"

// WorkloadKind is a kind of thing that runs with a role.
type WorkloadKind string

// The kinds of workload.
const (
	Function        WorkloadKind = "lambda-function"     // ARN of the function
	Instance        WorkloadKind = "ec2-instance"        // ARN of the instance
	Task            WorkloadKind = "ecs-task"            // ARN of the task, arn:…:task/CLUSTER/ID
	Project         WorkloadKind = "codebuild-project"   // ARN of the project
	Stack           WorkloadKind = "cloudformation"      // ARN of the stack
	DevEndpoint     WorkloadKind = "glue-dev-endpoint"   // ARN of the endpoint
	Notebook        WorkloadKind = "sagemaker-notebook"  // ARN of the notebook instance
	LaunchTemplate  WorkloadKind = "ec2-launch-template" // ARN of the template
	AppService      WorkloadKind = "apprunner-service"   // ARN of the service
	CodeInterpreter WorkloadKind = "code-interpreter"    // ARN of the interpreter
)

// Workload is something that already runs with a role, as evidence shows it. Without any, no Running step is drawn: nobody
// knows what is there to take over.
type Workload struct {
	Kind WorkloadKind
	ARN  string
	// Role is the ARN of the role that it has.
	Role string
}

// workloadSteps take over what runs.
var workloadSteps = []Step{
	running("lambda-update-function-code", "replaces the code of a function that has the role", Function, "lambda:UpdateFunctionCode"),
	running("ec2-modify-instance-attribute", "replaces the start-up script of an instance that has the role", Instance,
		"ec2:StopInstances", "ec2:ModifyInstanceAttribute", "ec2:StartInstances"),
	running("ec2-instance-connect", "opens a shell on an instance that has the role", Instance, "ec2-instance-connect:SendSSHPublicKey"),
	running("ec2-serial-console", "opens the serial console of an instance that has the role", Instance, "ec2-instance-connect:SendSerialConsoleSSHPublicKey"),
	running("ssm-start-session", "opens a session on an instance that has the role", Instance, "ssm:StartSession"),
	{
		ID: "ssm-send-command", Title: "runs a command on an instance that has the role", Family: Running, Kind: Instance,
		Needs: []Need{
			{Action: "ssm:SendCommand", On: "{workload}"},
			{Action: "ssm:SendCommand", On: "arn:{partition}:ssm:{region}::document/AWS-RunShellScript"},
		},
	},
	{
		ID: "ecs-execute-command", Title: "runs a command in a task that has the role", Family: Running, Kind: Task,
		Needs: []Need{{Action: "ecs:ExecuteCommand", On: "{workload}"}, {Action: "ecs:ExecuteCommand", On: "{cluster}"}},
	},
	running("codebuild-start-existing", "builds what one likes in a project that has the role", Project, "codebuild:StartBuild"),
	running("codebuild-start-existing-batch", "builds what one likes in batches in a project that has the role", Project, "codebuild:StartBuildBatch"),
	running("cloudformation-update-stack", "updates a stack that has the role", Stack, "cloudformation:UpdateStack"),
	running("cloudformation-execute-change-set", "changes a stack that has the role", Stack, "cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"),
	running("glue-update-dev-endpoint", "puts a key on a development endpoint that has the role", DevEndpoint, "glue:UpdateDevEndpoint"),
	running("sagemaker-open-notebook", "opens a notebook that has the role", Notebook, "sagemaker:CreatePresignedNotebookInstanceUrl"),
	running("ec2-modify-launch-template", "changes the template of instances that have the role", LaunchTemplate,
		"ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"),
	running("apprunner-update-service", "replaces the code of a service that has the role", AppService, "apprunner:UpdateService"),
	running("bedrock-agentcore-session", "gives code to an interpreter that has the role", CodeInterpreter,
		"bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"),
}

func running(id, title string, kind WorkloadKind, actions ...string) Step {
	return Step{ID: id, Title: title, Family: Running, Kind: kind, Needs: on("{workload}", actions...)}
}

// clusterOf is the ARN of the cluster that a task runs in: "task/CLUSTER/ID" is its resource.
func clusterOf(task string) string {
	before, rest, _ := strings.Cut(task, ":task/")
	cluster, _, _ := strings.Cut(rest, "/")
	return before + ":cluster/" + cluster
}
