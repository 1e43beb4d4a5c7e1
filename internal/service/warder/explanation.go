package warder

import "github.com/warder-iam/warder/policy/eval"

// tooLong refuses to explain: every statement is shown with the request's values, and both may be many.
func tooLong() error {
	return invalid("the explanation is longer than %d bytes; ask about fewer resources, or with fewer values of condition keys", maxExplained)
}

// explanationSize is at least the bytes of what an explanation shows of the request and of policies, without writing it.
func explanationSize(e *eval.Explanation) int {
	size := bytesOf(e.AbsentKeys, e.Changes)
	for _, list := range [][]eval.StatementReport{e.Statements, e.NearMisses} {
		for i := range list {
			st := &list[i]
			size += statementSize + bytesOf(st.Resources, st.NotResources, st.Resolved)
			for j := range st.Conditions {
				c := &st.Conditions[j]
				size += bytesOf(c.Values, c.Resolved, c.Request)
			}
		}
	}
	return size
}

// statementSize is about what a statement has beside texts of the policy's and the request's.
const statementSize = 200

func bytesOf(lists ...[]string) int {
	size := 0
	for _, list := range lists {
		for _, text := range list {
			size += len(text)
		}
	}
	return size
}
