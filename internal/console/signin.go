package console

import "net/http"

// The paths of the sign-in pages.
const (
	signInPath = "/signin"
	nextField  = "next"
)

func (c *Console) routeSignIn() {
	c.routes[signInPath] = route{get: (*visit).signIn}
}

func (v *visit) signIn() {
	v.render(http.StatusOK, "form", &page{Title: "Sign in", Form: &form{
		Action: signInPath, Submit: "Sign in", Hidden: map[string]string{nextField: v.next(v.r.URL.Query())},
		Fields: []field{
			{Name: "account", Label: "Account ID or alias", Autocomplete: "organization", Max: 63, Focus: true},
			{Name: "user", Label: "User name", Autocomplete: "username", Max: 64},
			{Name: "password", Label: "Password", Type: "password", Autocomplete: "current-password", Max: 128},
		},
	}})
}

// serveApplication answers with the web application, to who has signed in.
func (v *visit) serveApplication() { v.application.ServeHTTP(v.w, v.r) }
