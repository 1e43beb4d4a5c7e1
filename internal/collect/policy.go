package collect

import (
	"encoding/json"
	"slices"
)

// Actions are the permissions that the calls need, in order, each once.
func Actions() []string {
	who, where := whoami(), regions()
	all := []string{who.action(), where.action()}
	for _, call := range Calls() {
		for c := &call; c != nil; c = c.Then {
			all = append(all, c.action())
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Policy is a policy document that allows the calls and nothing else.
func Policy() ([]byte, error) {
	type statement struct {
		Sid, Effect string
		Action      []string
		Resource    string
	}
	text, err := json.MarshalIndent(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{{"WarderAuditCollect", "Allow", Actions(), "*"}}}, "", "  ")
	return append(text, '\n'), err
}
