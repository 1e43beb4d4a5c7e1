package server

import "github.com/warder-iam/warder/internal/awsapi"

// State says what a call of an operation comes to.
type State string

// The states of an operation.
const (
	Served  State = "served"
	Refused State = "refused" // answers an error of its model, for the reason given
	NotYet  State = "not yet" // answers that it is not implemented
)

// OperationState is one line of `warder operations`.
type OperationState struct {
	Service string `json:"service"`
	Name    string `json:"name"`
	State   State  `json:"state"`
	// Served is true in the state of that name.
	Served bool `json:"served"`
	// Reason is why the operation is refused.
	Reason string `json:"reason,omitempty"`
	// Action that a policy must allow; "" for operations that are not there yet.
	Action string `json:"action,omitempty"`
	// Open is why the operation needs no permission; "" where it needs one.
	Open string `json:"open,omitempty"`
	// Own is why the operation needs none where it is about the caller's own things; "" where it needs one there too.
	Own string `json:"own,omitempty"`
	// Tests are the files of the source tree with wire tests of the operation.
	Tests []string `json:"tests,omitempty"`
}

// Operations lists every operation of the served services' models, in the order of the services and by name.
func (s *Server) Operations() []OperationState {
	var list []OperationState
	for _, svc := range s.services {
		for _, op := range svc.Operations {
			state := OperationState{Service: svc.Name, Name: op.Name, State: NotYet}
			if r := s.routes[op]; r != nil {
				state.Action, state.Open, state.Own, state.Reason = actionOf(op), r.open, r.ownReason, r.refused
				if state.State = Served; r.refused != "" {
					state.State = Refused
				}
			}
			state.Served = state.State == Served
			list = append(list, state)
		}
	}
	return list
}

// actionOf is the name by which policies call an operation.
func actionOf(op *awsapi.Operation) string { return op.Service.Name + ":" + op.Name }
