package evaltest

import "math/rand/v2"

// Many is a number of principals, each with policies of its own in the shape of B. Nine of a principal's ten policies are
// about applications that nobody else has; one is about the application that the requests of B ask for. So one request,
// as warm as one that was just read from the wire, can be put to each of them, and only the policies are cold.
type Many struct{ Principals int }

// Policies are those of principal i, from 0.
func (m Many) Policies(i int) Policies {
	const policies = 10
	var p Policies
	for k := range policies {
		l := plain
		if k != policies/2 {
			l = own(1000 + policies*i)
		}
		p.Identity = append(p.Identity, policyText(k, l))
	}
	return p
}

// own is the layout plain with applications counted from first.
func own(first int) layout {
	return func(p, i int) (*service, app, [2]string) {
		s, a, actions := plain(p, i)
		return s, a + app(first), actions
	}
}

// Cases are the requests, which fit every principal.
func (m Many) Cases() []Case { return B().Cases }

// Order is all principals in random order, the same every time.
func (m Many) Order() []int { return rand.New(rand.NewPCG(1, 2)).Perm(m.Principals) }
