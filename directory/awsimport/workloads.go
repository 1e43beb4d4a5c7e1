package awsimport

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
)

// workloadKinds are what runs with a role. Of each only its name, its role and the ids of access keys in its environment
// are read.
func workloadKinds() []recogniser {
	return []recogniser{
		{kind: KindFunctions, is: isFunctions, read: readFunctions},
		{kind: KindInstances, is: withList("reservations"), read: readInstances},
		{kind: KindTasks, is: listOf("tasks", "taskArn"), read: readTasks},
		{kind: KindTaskDefinition, is: withObject("taskdefinition"), read: readTaskDefinition},
		{kind: KindBuildProjects, is: func(v *value) bool { return firstHas(v.list("projects"), "serviceRole") }, read: readProjects},
		{kind: KindStacks, is: listOf("stacks", "StackId"), read: readStacks},
		{kind: KindGlueJobs, is: listOf("jobs", "Role"), read: readJobs},
		{kind: KindGlueDevEndpoints, is: withList("devendpoints"), read: readDevEndpoints},
	}
}

func (a *account) workload(w Workload) { a.ev.Workloads = append(a.ev.Workloads, w) }

func isFunctions(v *value) bool {
	return listOf("functions", "FunctionArn")(v) || v.text("functionarn") != "" && v.text("role") != "" ||
		v.kindOf("configuration") == '{' && v.has("code")
}

// functionDetail is the configuration of a function.
type functionDetail struct {
	FunctionArn, FunctionName, Role string
	Environment                     struct{ Variables map[string]string }
}

// variable is one of the environment, as ECS and CodeBuild have it.
type variable struct{ Value string }

// keysIn finds ids of long-term access keys in texts.
func keysIn(texts ...string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, longTermKey.FindAllString(text, -1)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

var longTermKey = regexp.MustCompile(`\bAKIA[A-Z2-7]{16}\b`)

func keysOf(variables []variable) []string {
	var texts []string
	for _, v := range variables {
		texts = append(texts, v.Value)
	}
	return keysIn(texts...)
}

func readFunctions(a *account, v *value) {
	one := func(d *functionDetail, _ place) {
		a.workload(Workload{
			Kind: LambdaFunction, ARN: d.FunctionArn, Name: d.FunctionName, Role: d.Role, Region: regionOf(v, d.FunctionArn),
			AccessKeys: keysIn(slices.Collect(maps.Values(d.Environment.Variables))...),
		})
	}
	switch {
	case v.list("functions") != nil:
		eachItem(a, v, "functions", one)
	case v.has("configuration"):
		eachObject(a, v, "configuration", one)
	default:
		d := functionDetail{FunctionArn: v.text("functionarn"), FunctionName: v.text("functionname"), Role: v.text("role")}
		if v.kindOf("environment") == '{' {
			a.object(v, "environment", &d.Environment)
		}
		one(&d, place{})
	}
	a.hold(KindFunctions, Partial)
}

// readInstances passes over instances that are gone.
func readInstances(a *account, v *value) {
	eachItem(a, v, "reservations", func(d *struct {
		OwnerId   string
		Instances []struct {
			InstanceId         string
			IamInstanceProfile struct{ Arn string }
			Placement          struct{ AvailabilityZone string }
			State              struct{ Name string }
		}
	}, _ place,
	) {
		for _, i := range d.Instances {
			if i.State.Name == "terminated" {
				continue
			}
			region := cmp.Or(strings.TrimRight(i.Placement.AvailabilityZone, "abcdefghijklmnopqrstuvwxyz"), v.region)
			a.workload(Workload{
				Kind: EC2Instance, ARN: "arn:" + a.partitionIn(region) + ":ec2:" + region + ":" + cmp.Or(d.OwnerId, a.id) + ":instance/" + i.InstanceId,
				Name: i.InstanceId, Profile: i.IamInstanceProfile.Arn, Region: region,
			})
		}
	})
	a.hold(KindInstances, Partial)
}

func readTasks(a *account, v *value) {
	eachItem(a, v, "tasks", func(d *struct {
		TaskArn, TaskDefinitionArn string
		Overrides                  struct{ TaskRoleArn string }
	}, _ place,
	) {
		a.workload(Workload{Kind: ECSTask, ARN: d.TaskArn, Name: d.TaskArn[strings.LastIndexByte(d.TaskArn, '/')+1:], Role: d.Overrides.TaskRoleArn, Region: regionOf(v, d.TaskArn)})
		a.tasks[d.TaskArn] = d.TaskDefinitionArn
	})
	a.hold(KindTasks, Partial)
}

func readTaskDefinition(a *account, v *value) {
	eachObject(a, v, "taskdefinition", func(d *struct {
		TaskDefinitionArn, Family, TaskRoleArn string
		ContainerDefinitions                   []struct{ Environment []variable }
	}, _ place,
	) {
		var variables []variable
		for _, c := range d.ContainerDefinitions {
			variables = append(variables, c.Environment...)
		}
		a.workload(Workload{
			Kind: ECSTaskDefinition, ARN: d.TaskDefinitionArn, Name: d.Family, Role: d.TaskRoleArn,
			Region: regionOf(v, d.TaskDefinitionArn), AccessKeys: keysOf(variables),
		})
	})
	a.hold(KindTaskDefinition, Partial)
}

func readProjects(a *account, v *value) {
	eachItem(a, v, "projects", func(d *struct {
		Arn, Name, ServiceRole string
		Environment            struct{ EnvironmentVariables []variable }
	}, _ place,
	) {
		a.workload(Workload{
			Kind: CodeBuildProject, ARN: d.Arn, Name: d.Name, Role: d.ServiceRole, Region: regionOf(v, d.Arn),
			AccessKeys: keysOf(d.Environment.EnvironmentVariables),
		})
	})
	a.hold(KindBuildProjects, Partial)
}

func readStacks(a *account, v *value) {
	eachItem(a, v, "stacks", func(d *struct{ StackId, StackName, RoleARN, StackStatus string }, _ place) {
		if d.StackStatus != "DELETE_COMPLETE" {
			a.workload(Workload{Kind: CloudFormation, ARN: d.StackId, Name: d.StackName, Role: d.RoleARN, Region: regionOf(v, d.StackId)})
		}
	})
	a.hold(KindStacks, Partial)
}

// readJobs: Glue names no ARNs, and a job's role by ARN or by name.
func readJobs(a *account, v *value) {
	eachItem(a, v, "jobs", func(d *struct{ Name, Role string }, _ place) {
		a.workload(Workload{Kind: GlueJob, ARN: a.glueARN(v, "job", d.Name), Name: d.Name, Role: d.Role, Region: v.region})
	})
	a.hold(KindGlueJobs, Partial)
}

func readDevEndpoints(a *account, v *value) {
	eachItem(a, v, "devendpoints", func(d *struct{ EndpointName, RoleArn string }, _ place) {
		a.workload(Workload{Kind: GlueDevEndpoint, ARN: a.glueARN(v, "devEndpoint", d.EndpointName), Name: d.EndpointName, Role: d.RoleArn, Region: v.region})
	})
	a.hold(KindGlueDevEndpoints, Partial)
}

// glueARN is without a region where nothing tells it.
func (a *account) glueARN(v *value, kind, name string) string {
	return "arn:" + a.partitionIn(v.region) + ":glue:" + v.region + ":" + a.id + ":" + kind + "/" + name
}

// joinWorkloads finds the roles of what names an instance profile, a task definition, or a role by its name alone.
func (a *account) joinWorkloads() {
	definitions := map[string]string{}
	for i := range a.ev.Workloads {
		if w := &a.ev.Workloads[i]; w.Kind == ECSTaskDefinition {
			definitions[w.ARN] = w.Role
		}
	}
	for i := range a.ev.Workloads {
		w := &a.ev.Workloads[i]
		switch {
		case w.Profile != "":
			if p, ok := a.entities[w.Profile].(*directory.InstanceProfile); ok {
				w.Role = a.arnOf(p.Role)
			}
		case w.Kind == ECSTask && w.Role == "":
			w.Role = definitions[a.tasks[w.ARN]]
		case w.Role != "" && !strings.HasPrefix(w.Role, "arn:"):
			w.Role = cmp.Or(a.entitiesNamed(arn.KindRole, w.Role), a.names().Role("/", w.Role).String())
		}
	}
}
