package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/directory/awsimport"
	"github.com/warder-iam/warder/policy"
)

var roleTrustOIDC = audit.Check{
	ID:       "role-trust-oidc",
	Title:    "Roles for web identities name the subject and the audience",
	Why:      "An identity provider vouches for all its users: a role that does not say which of them, or for which application, is open to all.",
	Severity: audit.High,
	Area:     audit.AreaTrust,
	References: []audit.Reference{
		{Framework: audit.Practice, ID: "limit trust"},
	},
	Run: func(a *audit.Account, r *audit.Reporter) {
		if !trusts(a, r) {
			return
		}
		for role := range roles(a) {
			for _, provider := range webProviders(role) {
				subject(a, r, role, provider)
				audience(a, r, role, provider)
			}
		}
	},
}

// webProviders are the OpenID Connect providers that a role's trust policy names in an Allow.
func webProviders(role *directory.Role) []string {
	var all []string
	doc := role.Trust.Compiled().Document()
	for i := range doc.Statements {
		st := &doc.Statements[i]
		if st.Effect != policy.Allow || st.Principal == nil {
			continue
		}
		for _, v := range st.Principal.Federated {
			if providerHost(v.Text) != "" && !slices.Contains(all, v.Text) {
				all = append(all, v.Text)
			}
		}
	}
	return all
}

// assumes asks whether a token of the provider gets in that has the claims, and any others.
func assumes(a *audit.Account, r *audit.Reporter, role *directory.Role, provider string, claims map[string]string) access.Answer {
	who, ok := a.Finder.Principal(provider)
	if !ok {
		return access.Answer{}
	}
	ask := a.Finder.Ask("sts:AssumeRoleWithWebIdentity", a.Directory.ARN(role))
	for claim, value := range claims {
		ask.Context.Set(providerHost(provider)+":"+claim, value)
	}
	answer := a.Finder.Can(who, ask)
	if answer.Verdict == access.Undecided {
		r.NotAssessed(fmt.Sprintf("who of %s may assume role %s: %s", provider, role.Name, answer.Why), "")
	}
	return answer
}

// subject reports a role that lets in subjects which nobody can mean: ones that do not exist.
func subject(a *audit.Account, r *audit.Reporter, role *directory.Role, provider string) {
	host := providerHost(provider)
	for _, probe := range append(probes(host), ownersOf(role, host)...) {
		answer := assumes(a, r, role, provider, map[string]string{"sub": probe.subject})
		if !answer.Possible() || limitsWho(answer.Requirements, host) {
			continue
		}
		r.FoundAs(probe.severity, "sub "+provider, audit.Finding{
			Resource: a.Directory.ARN(role),
			Title:    fmt.Sprintf("Role %s can be assumed by %s", role.Name, probe.who),
			Evidence: grants(a, a.Directory.ARN(role), &answer, fmt.Sprintf("lets in whoever has a token of %s with the subject %q", host, probe.subject)),
			Remedy: audit.Remedy{
				Text:    "Name the subject, by StringEquals or by a pattern that no stranger can fit.",
				Patch:   fmt.Sprintf(`{"Condition": {"StringEquals": {%q: %q, %q: "AUDIENCE"}}}`, host+":sub", probe.example, host+":aud"),
				Command: editTrust(role),
			},
		})
		return
	}
}

// probe is a subject that somebody else could have.
type probe struct {
	subject, who, example string
	severity              audit.Severity
}

// probes are subjects of strangers, in the form of the provider's tokens, the widest first. Sources: GitHub, "OpenID Connect
// reference"; GitLab, "ID token authentication"; HashiCorp, "Workload identity token structure"; Kubernetes, "Service account
// tokens".
func probes(host string) []probe {
	anybody := probe{nobody, "any user of " + host, "SUBJECT", audit.High}
	switch {
	case strings.HasPrefix(host, "cognito-identity"):
		return []probe{{nobody, "any identity of a Cognito pool, signed in or not", "IDENTITY", audit.High}}
	case host == "accounts.google.com" || host == "www.amazon.com" || host == "graph.facebook.com":
		anybody.severity = audit.Critical // everybody is one of theirs
	case host == "token.actions.githubusercontent.com":
		const example = "repo:OWNER/REPOSITORY:ref:refs/heads/main"
		return []probe{
			{"repo:" + nobody + "/" + nobody + ":ref:refs/heads/" + nobody, "any repository of GitHub", example, audit.Critical},
			anybody,
		}
	case host == "gitlab.com":
		const example = "project_path:GROUP/PROJECT:ref_type:branch:ref:main"
		return []probe{
			{"project_path:" + nobody + "/" + nobody + ":ref_type:branch:ref:" + nobody, "any project of GitLab", example, audit.Critical},
			anybody,
		}
	case host == "app.terraform.io":
		const example = "organization:ORGANIZATION:project:PROJECT:workspace:WORKSPACE:run_phase:apply"
		return []probe{
			{"organization:" + nobody + ":project:" + nobody + ":workspace:" + nobody + ":run_phase:apply", "any organization of HCP Terraform", example, audit.Critical},
			anybody,
		}
	case strings.HasPrefix(host, "oidc.eks."):
		const example = "system:serviceaccount:NAMESPACE:SERVICE-ACCOUNT"
		return []probe{{"system:serviceaccount:" + nobody + ":" + nobody, "any service account of the cluster " + host, example, audit.High}}
	}
	return []probe{anybody}
}

// ownersOf are repositories that do not exist, which the patterns of a trust policy for GitHub may admit: of anybody who
// gives one a name that fits, and of the owners whom the policy names, where any of theirs lets in whatever any member pushes.
func ownersOf(role *directory.Role, host string) []probe {
	var open, owned []probe
	if host != "token.actions.githubusercontent.com" {
		return nil
	}
	doc := role.Trust.Compiled().Document()
	for i := range doc.Statements {
		for _, c := range doc.Statements[i].Condition {
			if !strings.EqualFold(c.Key.Text, host+":sub") {
				continue
			}
			for _, v := range c.Values {
				example := "repo:OWNER/REPOSITORY:ref:refs/heads/main"
				fixed, _, _ := strings.Cut(strings.ReplaceAll(v.Text, "?", "*"), "*")
				owner, _, named := strings.Cut(strings.TrimPrefix(fixed, "repo:"), "/")
				if strings.HasPrefix(fixed, "repo:") && named {
					owned = append(owned, probe{
						"repo:" + owner + "/" + nobody + ":ref:refs/heads/" + nobody, "any repository of " + owner, example, audit.Medium,
					})
				} else if fixed != v.Text {
					open = append(open, probe{instance(v.Text), "any repository of GitHub with a name that fits", example, audit.Critical})
				}
			}
		}
	}
	return append(open, owned...)
}

// instance is a subject that fits a pattern and begins as GitHub's do.
func instance(pattern string) string {
	text := strings.ReplaceAll(strings.ReplaceAll(pattern, "*", nobody), "?", "x")
	if !strings.HasPrefix(text, "repo:") {
		text = strings.Replace(text, nobody, "repo:"+nobody, 1)
	}
	return text
}

// limitsWho reports whether another claim of the token than audience and subject says who it is: a provider has claims of its
// own for that, such as GitHub's repository_owner, or Cognito's amr.
func limitsWho(requirements []access.Requirement, host string) bool {
	return slices.ContainsFunc(requirements, func(q access.Requirement) bool {
		claim, of := strings.CutPrefix(strings.ToLower(q.Key), strings.ToLower(host)+":")
		return of && claim != "aud" && claim != "sub"
	})
}

// audience reports a role that lets in tokens made for other applications. A provider of the account's own admits no audience
// that it does not list; built-in ones admit all.
func audience(a *audit.Account, r *audit.Reporter, role *directory.Role, provider string) {
	answer := assumes(a, r, role, provider, map[string]string{"aud": nobody})
	if !answer.Possible() {
		return
	}
	s, why := audit.High, "which admits tokens for every application"
	if strings.HasPrefix(provider, "arn:") {
		n, known := clients(a, provider)
		if !known {
			r.NotAssessed("which audiences "+provider+" admits", audit.Command("aws", "iam", "get-open-id-connect-provider", "--open-id-connect-provider-arn", provider))
		}
		s, why = audit.Medium, "which admits all that it lists"
		if n == 1 {
			s, why = audit.Low, "which lists one today"
		}
	}
	r.FoundAs(s, "aud "+provider, audit.Finding{
		Resource: a.Directory.ARN(role),
		Title:    fmt.Sprintf("Role %s names no audience for %s, %s", role.Name, providerHost(provider), why),
		Evidence: grants(a, a.Directory.ARN(role), &answer, "lets in tokens for any audience"),
		Remedy: audit.Remedy{
			Text:    "Name the audience.",
			Patch:   fmt.Sprintf(`{"Condition": {"StringEquals": {%q: "AUDIENCE"}}}`, providerHost(provider)+":aud"),
			Command: editTrust(role),
		},
	})
}

// clients is how many audiences a provider of the account admits.
func clients(a *audit.Account, provider string) (n int, known bool) {
	i := slices.IndexFunc(a.Evidence.OIDCProviders, func(p awsimport.OIDCProvider) bool { return p.ARN == provider })
	if i < 0 || !a.Evidence.OIDCProviders[i].Detailed {
		return 0, false
	}
	return len(a.Evidence.OIDCProviders[i].ClientIDs), true
}
