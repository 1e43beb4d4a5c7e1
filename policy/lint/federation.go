package lint

import (
	"strings"

	"github.com/warder-iam/warder/policy"
)

// gitHub is the OpenID Connect provider of GitHub Actions.
const gitHub = "token.actions.githubusercontent.com"

// checkFederation: MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL, MISSING_GITHUB_REPO_CONDITION_KEY,
// SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED.
func checkFederation(l *linter, s *statement) {
	if !l.is(policy.Trust) || s.effect != policy.Allow || s.principal == nil {
		return
	}
	for _, p := range s.principals() {
		if providerOf(p) != oidcProvider {
			continue
		}
		host := providerHost(p.node.text)
		switch {
		case host == gitHub:
			l.checkGitHub(s, p.node)
		case !s.hasKeyPrefix(host + ":"):
			l.report("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", p.node,
				"Whoever %s vouches for may assume the role. Add a condition on its token, such as %s:aud or :sub.", clip(host), clip(host))
		}
	}
}

// providerHost is the URL, without scheme, of an OpenID Connect provider given by ARN or name.
func providerHost(text string) string {
	if _, after, found := strings.Cut(text, ":oidc-provider/"); found {
		return after
	}
	return text
}

func (s *statement) hasKeyPrefix(prefix string) bool {
	for _, c := range s.conditions {
		if len(c.value.key) >= len(prefix) && strings.EqualFold(c.value.key[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

func (l *linter) checkGitHub(s *statement, n *node) {
	found := false
	for _, c := range s.conditions {
		if !strings.EqualFold(c.value.key, gitHub+":sub") {
			continue
		}
		found = true
		for _, v := range c.values {
			if strings.ContainsRune(v.text, '*') || !strings.Contains(v.text, ":ref:") && !s.hasKey(gitHub+":ref") {
				l.report("SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", v,
					"%q lets in more repositories or branches than one. Name both, as in repo:org/name:ref:refs/heads/main.", clip(v.text))
			}
		}
	}
	if !found {
		l.report("MISSING_GITHUB_REPO_CONDITION_KEY", n,
			"Workflows of any repository may assume the role. Add a condition on %s:sub with repository and branch.", gitHub)
	}
}
