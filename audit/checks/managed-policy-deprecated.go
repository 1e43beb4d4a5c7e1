package checks

import (
	"fmt"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/audit"
)

var managedPolicyDeprecated = audit.Check{
	ID:       "managed-policy-deprecated",
	Title:    "No deprecated AWS-managed policy is in use",
	Why:      "AWS replaces a policy when it gives too much or is wrong, and never mends the old one; once it is detached it cannot be attached again.",
	Severity: audit.Medium,
	Area:     audit.AreaOrder,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "use current managed policies"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !inventory(a, r, users|groups|rolesOf) {
			return
		}
		cat := a.Bundle.Snapshot.Library().Catalog()
		for _, use := range awsManagedInUse(a) {
			name := strings.TrimPrefix(use.arn, a.Names().ManagedPolicy("/", "").String())
			replacement, deprecated := replacements[name]
			if !deprecated {
				if _, offered := cat.ManagedPolicy(arn.In(a.ID).ManagedPolicy("/", name).String()); !offered { // the names are the same in all partitions
					r.NotAssessed("whether AWS still offers "+use.arn+", which the catalogue does not know", "")
				}
				continue
			}
			remedy := audit.Remedy{Text: "Give its holders a policy of your own with what they use, then detach it."}
			if replacement != "" {
				by := a.Names().ManagedPolicy("/", replacement).String()
				remedy = audit.Remedy{Text: "Attach the policy that takes its place, see that all still works, and detach the old one.", Command: use.replace(by)}
			}
			r.Found("", audit.Finding{
				Resource: use.arn,
				Title:    fmt.Sprintf("AWS has deprecated %s, which is attached to %s", use.name, and(use.labels())),
				Evidence: use.evidence(),
				Remedy:   remedy,
			})
		}
	},
}

// replacements are AWS-managed policies that AWS has deprecated, by path and name, with what takes their place; "" where
// nothing does. Sources: AWS Managed Policy Reference, deprecated policies; the security chapters of the services.
var replacements = map[string]string{
	"AWSCodePipelineFullAccess":                                     "AWSCodePipeline_FullAccess",
	"AWSCodePipelineReadOnlyAccess":                                 "AWSCodePipeline_ReadOnlyAccess",
	"AWSElasticBeanstalkFullAccess":                                 "AdministratorAccess-AWSElasticBeanstalk",
	"AWSElasticBeanstalkReadOnlyAccess":                             "AWSElasticBeanstalkReadOnly",
	"AWSLambdaFullAccess":                                           "AWSLambda_FullAccess",
	"AWSLambdaReadOnlyAccess":                                       "AWSLambda_ReadOnlyAccess",
	"AWSOpsWorksFullAccess":                                         "",
	"AmazonEC2ContainerServiceFullAccess":                           "AmazonECS_FullAccess",
	"AmazonElasticMapReduceFullAccess":                              "AmazonEMRFullAccessPolicy_v2",
	"AmazonElasticMapReduceReadOnlyAccess":                          "AmazonEMRReadOnlyAccessPolicy_v2",
	"AmazonElasticTranscoderFullAccess":                             "AmazonElasticTranscoder_FullAccess",
	"AmazonElasticTranscoderJobsSubmitter":                          "AmazonElasticTranscoder_JobsSubmitter",
	"AmazonElasticTranscoderReadOnlyAccess":                         "AmazonElasticTranscoder_ReadOnlyAccess",
	"service-role/AWSConfigRole":                                    "service-role/AWS_ConfigRole",
	"service-role/AWSElasticBeanstalkService":                       "AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy",
	"service-role/AmazonEC2RoleforSSM":                              "AmazonSSMManagedInstanceCore",
	"service-role/AmazonEC2SpotFleetRole":                           "service-role/AmazonEC2SpotFleetTaggingRole",
	"service-role/AmazonElasticMapReduceRole":                       "service-role/AmazonEMRServicePolicy_v2",
	"service-role/AmazonMachineLearningRoleforRedshiftDataSource":   "service-role/AmazonMachineLearningRoleforRedshiftDataSourceV3",
	"service-role/AmazonMachineLearningRoleforRedshiftDataSourceV2": "service-role/AmazonMachineLearningRoleforRedshiftDataSourceV3",
}
