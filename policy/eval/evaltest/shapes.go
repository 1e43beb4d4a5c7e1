package evaltest

import "github.com/warder-iam/warder/policy/eval"

// A is five statements with wildcards.
func A() Shape {
	text := document(
		`{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["arn:aws:s3:::reports","arn:aws:s3:::reports/*"]}`,
		`{"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:111122223333:jobs-*"}`,
		`{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":"arn:aws:dynamodb:*:*:table/orders*"}`,
		`{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}`,
		`{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::reports/secret/*"}`,
	)
	ask := func(resource string) *eval.Request {
		return request(alice(), teams[0], addresses[0], "s3:GetObject", resource)
	}
	return Shape{"a", Policies{Identity: []string{text}}, cases(
		ask("arn:aws:s3:::reports/2026/q1.csv"),
		ask("arn:aws:s3:::reports/secret/q1.csv"),
		ask("arn:aws:s3:::reporting/2026/q1.csv"),
	)}
}

// B is ten policies of ten statements each over ten services, two action and two resource patterns in each, with
// conditions on a tag and the address; every tenth statement is a Deny. Each policy is about an application of its own.
// The requests are about one in the middle; what is not matched has a covered service and action, but a name that only
// begins like one of the names in the policies.
func B() Shape { return generated("b", 10, plain) }

// C is B with a hundred policies.
func C() Shape { return generated("c", 100, plain) }

// BHot is B where the action of every statement matches the request, so that the decisive one must be found by its
// resource. Each statement is about an application of its own.
func BHot() Shape { return generated("b-hot", 10, hot) }

// CHot is BHot with a hundred policies.
func CHot() Shape { return generated("c-hot", 100, hot) }

// layout says what statement i of policy p is about, and by which actions.
type layout func(p, i int) (s *service, a app, actions [2]string)

func plain(p, i int) (*service, app, [2]string) {
	s := &services[(p+i)%len(services)]
	first := p % len(s.actions)
	return s, app(p), [2]string{s.actions[first].pattern, s.actions[(first+1)%len(s.actions)].pattern}
}

// hot has one service, and action patterns that all match its first action.
func hot(p, i int) (*service, app, [2]string) {
	patterns := [...]string{"Get*", "GetObject*", "*Object", "GetObject", "G*t", "*", "GetO*ct", "*Get*"}
	k := 10*p + i
	return s3(), app(k), [2]string{patterns[k%len(patterns)], patterns[(k+1+k/len(patterns)%6)%len(patterns)]}
}

func s3() *service { return &services[5] }

// perPolicy is the number of statements in each generated policy; the last is the Deny, about what the first is about.
const perPolicy = 10

func policyText(p int, l layout) string {
	var statements []string
	for i := range perPolicy - 1 {
		st := grant(l(p, i))
		statements = append(statements, st.String())
	}
	st := restrict(l(p, 0))
	return document(append(statements, st.String())...)
}

func generated(name string, policies int, l layout) Shape {
	shape := Shape{Name: name}
	for p := range policies {
		shape.Policies.Identity = append(shape.Policies.Identity, policyText(p, l))
	}
	shape.Cases = generatedCases(policies/2, l)
	return shape
}

// generatedCases ask for what the policy p is about, as a member of its team.
func generatedCases(p int, l layout) []Case {
	ask := func(i int, kind string) *eval.Request {
		s, a, actions := l(p, i)
		return request(alice(), a.team(), a.address(), s.name+":"+s.matched(actions[0]), resource(s, a, kind))
	}
	return cases(ask(4, "-blue"), ask(0, "-restricted"), ask(4, "let"))
}

// matched is an action that the pattern matches.
func (s *service) matched(pattern string) string {
	for _, v := range s.actions {
		if v.pattern == pattern {
			return v.name
		}
	}
	return s.actions[0].name // which all patterns of hot match
}

// cases are those of a shape in which identity policies decide.
func cases(allow, deny, noMatch *eval.Request) []Case {
	return []Case{
		{Allow, allow, eval.Decision{Verdict: eval.Allow, Layer: eval.LayerIdentity}},
		{Deny, deny, eval.Decision{Verdict: eval.ExplicitDeny, Layer: eval.LayerIdentity}},
		{NoMatch, noMatch, eval.Decision{Verdict: eval.ImplicitDeny, Layer: eval.LayerIdentity}},
	}
}
