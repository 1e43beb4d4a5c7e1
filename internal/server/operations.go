package server

import "github.com/warder-iam/warder/internal/awsapi"

// OperationState is one line of `warder operations`.
type OperationState struct {
	Service string `json:"service"`
	Name    string `json:"name"`
	Served  bool   `json:"served"`
	// Action that a policy must allow; "" for operations that are not served.
	Action string `json:"action,omitempty"`
	// Open is why the operation needs no permission; "" where it needs one.
	Open string `json:"open,omitempty"`
}

// Operations lists every operation of the served services' models, in the order of the services and by name.
func (s *Server) Operations() []OperationState {
	var list []OperationState
	for _, svc := range s.services {
		for _, op := range svc.Operations {
			r := s.routes[op]
			state := OperationState{Service: svc.Name, Name: op.Name, Served: r != nil}
			if r != nil {
				state.Action, state.Open = actionOf(op), r.open
			}
			list = append(list, state)
		}
	}
	return list
}

// actionOf is the name by which policies call an operation.
func actionOf(op *awsapi.Operation) string { return op.Service.Name + ":" + op.Name }
