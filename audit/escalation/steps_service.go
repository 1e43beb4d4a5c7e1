package escalation

// New things of services, by the resource that a request about one names. One is free to choose a name for them, and a
// Region. Source of actions, resource types and keys here and below: Service Authorization Reference.
const (
	newFunction    = "arn:{partition}:lambda:{region}:{account}:function:{new}"
	newTask        = "arn:{partition}:ecs:{region}:{account}:task-definition/{new}:1"
	newTaskService = "arn:{partition}:ecs:{region}:{account}:service/default/{new}"
	newJob         = "arn:{partition}:glue:{region}:{account}:job/{new}"
	newTrigger     = "arn:{partition}:glue:{region}:{account}:trigger/{new}"
	newSession     = "arn:{partition}:glue:{region}:{account}:session/{new}"
	newStack       = "arn:{partition}:cloudformation:{region}:{account}:stack/{new}/1"
	newStackSet    = "arn:{partition}:cloudformation:{region}:{account}:stackset/{new}:1"
	newProject     = "arn:{partition}:codebuild:{region}:{account}:project/{new}"
	newNotebook    = "arn:{partition}:sagemaker:{region}:{account}:notebook-instance/{new}"
	newTraining    = "arn:{partition}:sagemaker:{region}:{account}:training-job/{new}"
	newProcessing  = "arn:{partition}:sagemaker:{region}:{account}:processing-job/{new}"
	newPipeline    = "arn:{partition}:datapipeline:{region}:{account}:pipeline/{new}"
	newAppService  = "arn:{partition}:apprunner:{region}:{account}:service/{new}/1"
	newInterpreter = "arn:{partition}:bedrock-agentcore:{region}:{account}:code-interpreter-custom/{new}"
	newBatchJob    = "arn:{partition}:batch:{region}:{account}:job-definition/{new}"
	someQueue      = "arn:{partition}:batch:{region}:{account}:job-queue/{new}"
	newHybridJob   = "arn:{partition}:braket:{region}:{account}:job/{new}"
	newApplication = "arn:{partition}:emr-serverless:{region}:{account}:/applications/{new}"
	newMachine     = "arn:{partition}:states:{region}:{account}:stateMachine:{new}"
	newDocument    = "arn:{partition}:ssm:{region}:{account}:document/{new}"
	newExecution   = "arn:{partition}:ssm:{region}:{account}:automation-execution/{new}"
	newSchedule    = "arn:{partition}:scheduler:{region}:{account}:schedule/default/{new}"
	newCanary      = "arn:{partition}:synthetics:{region}:{account}:canary:{new}"
	newSpot        = "arn:{partition}:ec2:{region}:{account}:spot-instances-request/{new}"
	newLaunch      = "arn:{partition}:autoscaling:{region}:{account}:launchConfiguration:1:launchConfigurationName/{new}"
	newScaling     = "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:1:autoScalingGroupName/{new}"
)

// newInstance are what a request to run an instance is about, each decided on its own.
var newInstance = []Need{
	{Action: "ec2:RunInstances", On: "arn:{partition}:ec2:{region}:{account}:instance/{new}"},
	{Action: "ec2:RunInstances", On: "arn:{partition}:ec2:{region}::image/{new}"},
	{Action: "ec2:RunInstances", On: "arn:{partition}:ec2:{region}:{account}:network-interface/{new}"},
	{Action: "ec2:RunInstances", On: "arn:{partition}:ec2:{region}:{account}:security-group/{new}"},
	{Action: "ec2:RunInstances", On: "arn:{partition}:ec2:{region}:{account}:subnet/{new}"},
	{Action: "ec2:RunInstances", On: "arn:{partition}:ec2:{region}:{account}:volume/{new}"},
}

// profile are what it takes besides to get a role to an instance: a role that no instance profile carries needs a new one.
var profile = []Need{
	{Action: "iam:CreateInstanceProfile", On: "arn:{partition}:iam::{account}:instance-profile/{new}", when: noProfile},
	{Action: "iam:AddRoleToInstanceProfile", On: "arn:{partition}:iam::{account}:instance-profile/{new}", when: noProfile},
}

func noProfile(a *attempt) bool {
	for range a.account.ProfilesOf(a.role.ID) {
		return false
	}
	return true
}

// through makes a step that hands the role to a service, which runs what one gives it. Each such step needs to pass the
// role, and a role that trusts the service.
func through(id, title, service string, needs ...Need) Step {
	return Step{
		ID: id, Title: title, Family: Through, Service: service,
		Needs: append([]Need{
			{Action: "iam:PassRole", On: "{role}", Keys: map[string]string{"iam:PassedToService": "{service}"}},
			{Action: "sts:AssumeRole", On: "{role}", By: "{service}", Keys: map[string]string{"aws:SourceAccount": "{account}"}},
		}, needs...),
	}
}

// anInstance is through for the services that bring the role to an instance.
func anInstance(id, title string, needs ...Need) Step {
	return through(id, title, "ec2.amazonaws.com", append(needs, profile...)...)
}

func on(resource string, actions ...string) []Need {
	needs := make([]Need, 0, len(actions))
	for _, action := range actions {
		needs = append(needs, Need{Action: action, On: resource})
	}
	return needs
}

// one is a request that has no resource, or one whose resource nobody can choose.
func one(action string) Need { return Need{Action: action, On: "*"} }

// serviceSteps hand a role to a service.
func serviceSteps() []Step {
	const (
		lambda, tasks, glue  = "lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "glue.amazonaws.com"
		stacks, builds, note = "cloudformation.amazonaws.com", "codebuild.amazonaws.com", "sagemaker.amazonaws.com"
	)
	function := Need{Action: "lambda:CreateFunction", On: newFunction}
	task := Need{Action: "ecs:RegisterTaskDefinition", On: newTask}
	job, changed := Need{Action: "glue:CreateJob", On: newJob}, Need{Action: "glue:UpdateJob", On: newJob}
	run, trigger := Need{Action: "glue:StartJobRun", On: newJob}, Need{Action: "glue:CreateTrigger", On: newTrigger}
	return []Step{
		anInstance("ec2-run-instances", "runs an instance with the role", newInstance...),
		anInstance("ec2-request-spot-instances", "requests a spot instance with the role", on(newSpot, "ec2:RequestSpotInstances")...),
		anInstance("autoscaling-create-group", "has a group of instances made with the role",
			Need{Action: "autoscaling:CreateLaunchConfiguration", On: newLaunch}, Need{Action: "autoscaling:CreateAutoScalingGroup", On: newScaling}),
		anInstance("elasticmapreduce-run-job-flow", "runs a cluster with the role", one("elasticmapreduce:RunJobFlow")),
		through("lambda-create-invoke", "makes a function with the role and invokes it", lambda, function, Need{Action: "lambda:InvokeFunction", On: newFunction}),
		through("lambda-create-permission", "makes a function with the role and lets others invoke it", lambda, function, Need{Action: "lambda:AddPermission", On: newFunction}),
		through("lambda-create-event-source", "makes a function with the role and feeds it events", lambda, function, one("lambda:CreateEventSourceMapping")),
		through("synthetics-create-canary", "makes a canary with the role", lambda, one("synthetics:CreateCanary"), Need{Action: "synthetics:StartCanary", On: newCanary}),
		through("ecs-run-task", "defines a task with the role and runs it", tasks, task, Need{Action: "ecs:RunTask", On: newTask}),
		through("ecs-start-task", "defines a task with the role and starts it", tasks, task, Need{Action: "ecs:StartTask", On: newTask}),
		through("ecs-create-service", "defines a task with the role and has a service run it", tasks, task, Need{Action: "ecs:CreateService", On: newTaskService}),
		through("batch-submit-job", "submits a job with the role", tasks, append(on(newBatchJob, "batch:RegisterJobDefinition", "batch:SubmitJob"), on(someQueue, "batch:SubmitJob")...)...),
		through("glue-create-dev-endpoint", "makes a development endpoint with the role", glue, one("glue:CreateDevEndpoint")),
		through("glue-create-session", "runs statements in a session with the role", glue, on(newSession, "glue:CreateSession", "glue:RunStatement")...),
		through("glue-create-job-run", "makes a job with the role and runs it", glue, job, run),
		through("glue-create-job-trigger", "makes a job with the role and a trigger for it", glue, job, trigger),
		through("glue-update-job-run", "gives a job the role and runs it", glue, changed, run),
		through("glue-update-job-trigger", "gives a job the role and makes a trigger for it", glue, changed, trigger),
		through("cloudformation-create-stack", "makes a stack with the role", stacks, on(newStack, "cloudformation:CreateStack")...),
		through("cloudformation-change-set", "makes and executes a change set with the role", stacks, on(newStack, "cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet")...),
		through("cloudformation-create-stack-set", "makes a stack set with the role", stacks, one("cloudformation:CreateStackSet"), Need{Action: "cloudformation:CreateStackInstances", On: newStackSet}),
		through("cloudformation-update-stack-set", "gives a stack set the role", stacks, on(newStackSet, "cloudformation:UpdateStackSet")...),
		through("codebuild-start-build", "makes a project with the role and builds it", builds, on(newProject, "codebuild:CreateProject", "codebuild:StartBuild")...),
		through("codebuild-start-build-batch", "makes a project with the role and builds it in batches", builds, on(newProject, "codebuild:CreateProject", "codebuild:StartBuildBatch")...),
		through("sagemaker-notebook", "makes a notebook with the role and opens it", note, on(newNotebook, "sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl")...),
		through("sagemaker-training-job", "runs a training job with the role", note, on(newTraining, "sagemaker:CreateTrainingJob")...),
		through("sagemaker-processing-job", "runs a processing job with the role", note, on(newProcessing, "sagemaker:CreateProcessingJob")...),
		through("datapipeline-activate", "activates a pipeline with the role", "datapipeline.amazonaws.com", one("datapipeline:CreatePipeline"),
			Need{Action: "datapipeline:PutPipelineDefinition", On: newPipeline}, Need{Action: "datapipeline:ActivatePipeline", On: newPipeline}),
		through("apprunner-create-service", "makes a service with the role", "tasks.apprunner.amazonaws.com", on(newAppService, "apprunner:CreateService")...),
		through("bedrock-agentcore-interpreter", "makes a code interpreter with the role and gives it code", "bedrock-agentcore.amazonaws.com", append([]Need{one("bedrock-agentcore:CreateCodeInterpreter")},
			on(newInterpreter, "bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter")...)...),
		through("braket-create-job", "runs a hybrid job with the role", "braket.amazonaws.com", on(newHybridJob, "braket:CreateJob")...),
		through("emr-serverless-job-run", "runs a job of an application with the role", "emr-serverless.amazonaws.com", one("emr-serverless:CreateApplication"),
			Need{Action: "emr-serverless:StartJobRun", On: newApplication}),
		through("states-start-execution", "makes a state machine with the role and starts it", "states.amazonaws.com", on(newMachine, "states:CreateStateMachine", "states:StartExecution")...),
		through("ssm-automation", "runs a document of one's own with the role", "ssm.amazonaws.com", append(on(newDocument, "ssm:CreateDocument", "ssm:StartAutomationExecution"), on(newExecution, "ssm:StartAutomationExecution")...)...),
		through("scheduler-create-schedule", "has any request made with the role on a schedule", "scheduler.amazonaws.com", on(newSchedule, "scheduler:CreateSchedule")...),
		through("gamelift-create-fleet", "makes a fleet with the role", "gamelift.amazonaws.com", one("gamelift:CreateBuild"), one("gamelift:CreateFleet")),
	}
}
