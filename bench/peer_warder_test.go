package bench

import (
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/policy/eval/evaltest"
)

// Warder has the policies as they are, and the request as its caller makes it.
func warder() peer {
	return peer{name: "warder", prepare: func(shape evaltest.Shape) (engine, error) {
		set, err := shape.Policies.Compile()
		if err != nil {
			return nil, err
		}
		return func(r *eval.Request) (decide, error) {
			return func() (eval.Verdict, error) { return set.Decide(r).Verdict, nil }, nil
		}, nil
	}}
}
