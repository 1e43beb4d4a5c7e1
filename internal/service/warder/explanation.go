package warder

import "github.com/warder-iam/warder/policy/eval"

// tooLong refuses to explain: every statement is shown with the request's values, and both may be many.
func tooLong() error {
	return invalid("the explanation is longer than %d bytes; ask about fewer resources, or with fewer values of condition keys", maxExplained)
}

// explanationSize is at least the bytes of what an explanation shows of the request and of policies, without writing it.
func explanationSize(e *eval.Explanation) int {
	size := 0
	for _, list := range [][]eval.StatementReport{e.Statements, e.NearMisses} {
		for i := range list {
			for _, c := range list[i].Conditions {
				for _, texts := range [][]string{c.Values, c.Request} {
					for _, text := range texts {
						size += len(text)
					}
				}
			}
		}
	}
	for _, text := range e.Changes {
		size += len(text)
	}
	return size
}
