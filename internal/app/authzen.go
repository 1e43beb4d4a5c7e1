package app

import "net/http"

// authZENPath is where AuthZEN's clients look for the metadata.
const authZENPath = "/.well-known/authzen-configuration"

// authZEN is the metadata of the authorization API. Source: OpenID AuthZEN, Authorization API 1.0, "Policy Decision Point
// Metadata".
type authZEN struct {
	PolicyDecisionPoint       string `json:"policy_decision_point"`
	AccessEvaluationEndpoint  string `json:"access_evaluation_endpoint"`
	AccessEvaluationsEndpoint string `json:"access_evaluations_endpoint"`
}

// newAuthZEN is the metadata of the server at that URL, never at one that a request names.
func newAuthZEN(url string) authZEN {
	return authZEN{
		PolicyDecisionPoint: url, AccessEvaluationEndpoint: url + "/access/v1/evaluation", AccessEvaluationsEndpoint: url + "/access/v1/evaluations",
	}
}

// metadata tells everybody where to ask; it is no secret and costs nothing.
func (a authZEN) metadata(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, a) }
