package iam

import (
	api "github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/awsapi"
)

// The wordings of IAM's errors, each in one place. Source: responses recorded on AWS.

func noUser(name string) *awsapi.Error {
	return api.NoSuchEntity.New("The user with name %s cannot be found.", name)
}

func noGroup(name string) *awsapi.Error {
	return api.NoSuchEntity.New("The group with name %s cannot be found.", name)
}

func noRole(name string) *awsapi.Error {
	return api.NoSuchEntity.New("The role with name %s cannot be found.", name)
}

func noProfile(name string) *awsapi.Error {
	return api.NoSuchEntity.New("Instance Profile %s cannot be found.", name)
}

// noPolicy answers for a managed policy that does not exist, or is not attached where it should be detached.
func noPolicy(policyARN string) *awsapi.Error {
	return api.NoSuchEntity.New("Policy %s was not found.", policyARN)
}

// noAttachablePolicy answers for a managed policy that does not exist where one is to be used.
func noAttachablePolicy(policyARN string) *awsapi.Error {
	return api.NoSuchEntity.New("Policy %s does not exist or is not attachable.", policyARN)
}

func noPolicyVersion(policyARN, version string) *awsapi.Error {
	return api.NoSuchEntity.New("Policy %s version %s does not exist or is not attachable.", policyARN, version)
}

// The message is the same for a text that is no ARN at all and for the ARN of something else than a policy; the code is not.
const badARN = "ARN %s is not valid."

func noARN(text string) *awsapi.Error { return awsapi.ValidationError.New(badARN, text) }

func noPolicyARN(text string) *awsapi.Error { return api.InvalidInput.New(badARN, text) }

// mustNameUser answers where the user is left out and the caller is none.
func mustNameUser() *awsapi.Error {
	return awsapi.ValidationError.New("Must specify userName when calling with non-User credentials")
}

func groupExists(name string) *awsapi.Error {
	return api.EntityAlreadyExists.New("Group with name %s already exists.", name)
}

func userExists(name string) *awsapi.Error {
	return api.EntityAlreadyExists.New("User with name %s already exists.", name)
}

func roleExists(name string) *awsapi.Error {
	return api.EntityAlreadyExists.New("Role with name %s already exists.", name)
}

func mustDetachPolicies() *awsapi.Error {
	return api.DeleteConflict.New("Cannot delete entity, must detach all policies first.")
}

func mustDeletePolicies() *awsapi.Error {
	return api.DeleteConflict.New("Cannot delete entity, must delete policies first.")
}

func mustRemoveRoles() *awsapi.Error {
	return api.DeleteConflict.New("Cannot delete entity, must remove roles from instance profile first.")
}

func mustRemoveMembers() *awsapi.Error {
	return api.DeleteConflict.New("Cannot delete entity, must remove users from group first.")
}

// notOwnPolicies refuses a change of what is not the account's: "Cannot delete policies outside your own account."
func notOwnPolicies(change string) *awsapi.Error {
	return awsapi.AccessDenied.New("Cannot %s outside your own account.", change)
}
