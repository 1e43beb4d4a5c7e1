package collect

import "slices"

// The sets.
const (
	users        Set = "users"      // names
	principals   Set = "principals" // ARNs of users and roles
	keys         Set = "access-keys"
	saml         Set = "saml-providers"
	oidc         Set = "oidc-providers"
	parents      Set = "parents" // roots and organizational units
	guardrails   Set = "guardrails"
	buckets      Set = "buckets"
	trails       Set = "trails"
	kmsKeys      Set = "kms-keys"
	topics       Set = "topics"
	queues       Set = "queues"
	secrets      Set = "secrets"
	functions    Set = "functions"
	repositories Set = "repositories"
	clusters     Set = "clusters"
	tasks        Set = "tasks"
	families     Set = "task-families"
	projects     Set = "projects"
)

// Calls are all that are made, each after those that give its set.
func Calls() []Call {
	return slices.Concat(identityCalls(), credentialCalls(), accountCalls(), organizationCalls(), postureCalls(), policyCalls(), workloadCalls())
}

// whoami tells whose account it is, and regions where to look. They are called before all others.
func whoami() Call { return Call{Service: "sts", Operation: "GetCallerIdentity"} }

func regions() Call { return Call{Service: "ec2", Operation: "DescribeRegions"} }

// one parameter, given for each item.
func item(name string) []Param { return []Param{{Name: name, Value: "$"}} }

func given(name, value string) []Param { return []Param{{Name: name, Value: value}} }

func identityCalls() []Call {
	return []Call{
		whoami(),
		{Service: "iam", Operation: "GetAccountAuthorizationDetails"},
		{Service: "iam", Operation: "GetAccountSummary"},
		{Service: "iam", Operation: "ListAccountAliases"},
		{Service: "iam", Operation: "ListUsers", Gives: []Gift{{users, "Users[].UserName"}, {principals, "Users[].Arn"}}},
		{Service: "iam", Operation: "ListRoles", Gives: []Gift{{principals, "Roles[].Arn"}}},
		{Service: "iam", Operation: "ListInstanceProfiles"},
		{Service: "iam", Operation: "ListSAMLProviders", Gives: []Gift{{saml, "SAMLProviderList[].Arn"}}},
		{Service: "iam", Operation: "GetSAMLProvider", Each: saml, Params: item("SAMLProviderArn")},
		{Service: "iam", Operation: "ListOpenIDConnectProviders", Gives: []Gift{{oidc, "OpenIDConnectProviderList[].Arn"}}},
		{Service: "iam", Operation: "GetOpenIDConnectProvider", Each: oidc, Params: item("OpenIDConnectProviderArn")},
		{
			Service: "iam", Operation: "GenerateServiceLastAccessedDetails", Each: principals,
			Params: []Param{{Name: "Arn", Value: "$"}, {Name: "Granularity", Value: "ACTION_LEVEL"}},
			Then: &Call{
				Service: "iam", Operation: "GetServiceLastAccessedDetails",
				Params: []Param{{Name: "JobId", Value: "@JobId"}, {Name: "MaxItems", Value: "1000"}, {Name: "Arn", Value: "$", About: true}},
				While:  Pending{"JobStatus", []string{"IN_PROGRESS"}},
			},
		},
	}
}

func credentialCalls() []Call {
	return []Call{
		{
			Service: "iam", Operation: "GenerateCredentialReport", While: Pending{"State", []string{"STARTED", "INPROGRESS"}},
			Then: &Call{Service: "iam", Operation: "GetCredentialReport"},
		},
		{Service: "iam", Operation: "GetAccountPasswordPolicy"},
		{Service: "iam", Operation: "ListVirtualMFADevices", Params: given("AssignmentStatus", "Any")},
		{Service: "iam", Operation: "ListServerCertificates"},
		{Service: "iam", Operation: "ListMFADevices", Each: users, Params: item("UserName")},
		{Service: "iam", Operation: "ListAccessKeys", Each: users, Params: item("UserName"), Gives: []Gift{{keys, "AccessKeyMetadata[].AccessKeyId"}}},
		{Service: "iam", Operation: "GetAccessKeyLastUsed", Each: keys, Params: item("AccessKeyId")},
		{Service: "iam", Operation: "GetLoginProfile", Each: users, Params: item("UserName")},
		{Service: "iam", Operation: "ListSSHPublicKeys", Each: users, Params: item("UserName")},
		{Service: "iam", Operation: "ListSigningCertificates", Each: users, Params: item("UserName")},
		{Service: "iam", Operation: "ListServiceSpecificCredentials", Each: users, Params: item("UserName")},
	}
}

func accountCalls() []Call {
	return []Call{
		{Service: "account", Operation: "GetContactInformation"},
		{Service: "account", Operation: "GetAlternateContact", Params: given("AlternateContactType", "BILLING")},
		{Service: "account", Operation: "GetAlternateContact", Params: given("AlternateContactType", "OPERATIONS")},
		{Service: "account", Operation: "GetAlternateContact", Params: given("AlternateContactType", "SECURITY")},
	}
}

func organizationCalls() []Call {
	return []Call{
		{Service: "organizations", Operation: "DescribeOrganization"},
		{Service: "organizations", Operation: "ListAccounts"},
		{Service: "organizations", Operation: "ListRoots", Gives: []Gift{{parents, "Roots[].Id"}}},
		{
			Service: "organizations", Operation: "ListOrganizationalUnitsForParent", Each: parents, Params: item("ParentId"),
			Gives: []Gift{{parents, "OrganizationalUnits[].Id"}},
		},
		{Service: "organizations", Operation: "ListAccountsForParent", Each: parents, Params: item("ParentId")},
		{
			Service: "organizations", Operation: "ListPolicies", Params: given("Filter", "SERVICE_CONTROL_POLICY"),
			Gives: []Gift{{guardrails, "Policies[].Id"}},
		},
		{
			Service: "organizations", Operation: "ListPolicies", Params: given("Filter", "RESOURCE_CONTROL_POLICY"),
			Gives: []Gift{{guardrails, "Policies[].Id"}},
		},
		{Service: "organizations", Operation: "DescribePolicy", Each: guardrails, Params: item("PolicyId")},
		{Service: "organizations", Operation: "ListTargetsForPolicy", Each: guardrails, Params: item("PolicyId")},
	}
}

func postureCalls() []Call {
	return regional([]Call{
		{Service: "cloudtrail", Operation: "DescribeTrails", Gives: []Gift{{trails, "trailList[].TrailARN"}}},
		{Service: "cloudtrail", Operation: "GetTrailStatus", Each: trails, Params: item("Name")},
		{Service: "cloudtrail", Operation: "GetEventSelectors", Each: trails, Params: item("TrailName")},
		{Service: "accessanalyzer", Operation: "ListAnalyzers"},
		{Service: "cloudwatch", Operation: "DescribeAlarms"},
		{Service: "logs", Operation: "DescribeMetricFilters"},
	})
}

// policyCalls are the policies of resources.
func policyCalls() []Call {
	return append([]Call{
		{Service: "s3", Operation: "ListBuckets", Gives: []Gift{{buckets, "Buckets[].Name"}}},
		{Service: "s3", Operation: "GetBucketPolicy", Each: buckets, Params: item("Bucket")},
	}, regional([]Call{
		{Service: "kms", Operation: "ListKeys", Gives: []Gift{{kmsKeys, "Keys[].KeyArn"}}},
		{Service: "kms", Operation: "GetKeyPolicy", Each: kmsKeys, Params: append(item("KeyId"), given("PolicyName", "default")...)},
		{Service: "sns", Operation: "ListTopics", Gives: []Gift{{topics, "Topics[].TopicArn"}}},
		{Service: "sns", Operation: "GetTopicAttributes", Each: topics, Params: item("TopicArn")},
		{Service: "sqs", Operation: "ListQueues", Gives: []Gift{{queues, "QueueUrls[]"}}},
		{
			Service: "sqs", Operation: "GetQueueAttributes", Each: queues,
			Params: append(item("QueueUrl"), Param{Name: "AttributeNames", Values: []string{"QueueArn", "Policy"}}),
		},
		{Service: "secretsmanager", Operation: "ListSecrets", Gives: []Gift{{secrets, "SecretList[].ARN"}}},
		{Service: "secretsmanager", Operation: "GetResourcePolicy", Each: secrets, Params: item("SecretId")},
		{Service: "lambda", Operation: "ListFunctions", Gives: []Gift{{functions, "Functions[].FunctionName"}}},
		{Service: "lambda", Operation: "GetPolicy", Each: functions, Params: item("FunctionName")},
		{Service: "ecr", Operation: "DescribeRepositories", Gives: []Gift{{repositories, "repositories[].repositoryName"}}},
		{Service: "ecr", Operation: "GetRepositoryPolicy", Each: repositories, Params: item("repositoryName")},
	})...)
}

// workloadCalls are what runs with a role.
func workloadCalls() []Call {
	return regional([]Call{
		{Service: "ec2", Operation: "DescribeInstances"},
		{Service: "ecs", Operation: "ListClusters", Gives: []Gift{{clusters, "clusterArns[]"}}},
		{Service: "ecs", Operation: "ListTasks", Each: clusters, Params: item("cluster"), Gives: []Gift{{tasks, "taskArns[]"}}},
		{
			Service: "ecs", Operation: "DescribeTasks", Each: tasks,
			Params: []Param{{Name: "cluster", Value: "$/1"}, {Name: "tasks", Values: []string{"$"}}},
		},
		{
			Service: "ecs", Operation: "ListTaskDefinitionFamilies", Params: given("status", "ACTIVE"),
			Gives: []Gift{{families, "families[]"}},
		},
		{Service: "ecs", Operation: "DescribeTaskDefinition", Each: families, Params: item("taskDefinition")},
		{Service: "codebuild", Operation: "ListProjects", Gives: []Gift{{projects, "projects[]"}}},
		{Service: "codebuild", Operation: "BatchGetProjects", Each: projects, Params: []Param{{Name: "names", Values: []string{"$"}}}},
		{Service: "cloudformation", Operation: "DescribeStacks"},
		{Service: "glue", Operation: "GetJobs"},
		{Service: "glue", Operation: "GetDevEndpoints"},
	})
}

func regional(calls []Call) []Call {
	for i := range calls {
		calls[i].Regional = true
	}
	return calls
}
