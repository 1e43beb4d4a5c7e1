package console

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/awsapi"
	"github.com/warder-iam/warder/internal/server"
)

const (
	sessionsPath = "/signin/sessions"

	sessionField = "session"
	// everywhere is the value of sessionField that stands for all of them.
	everywhere = "all"
)

// sessionRow is one of the visitor's sessions as the page shows it.
type sessionRow struct {
	ID, Agent, Address string
	Made, Seen         time.Time
	MFA, Current       bool
	Complete           bool
}

// showSessions lists the visitor's own sessions, by the operation that everybody has for it.
func (v *visit) showSessions() {
	if !v.signedIn() {
		return
	}
	var rows []sessionRow
	in := &warder.ListConsoleSessionsInput{}
	for {
		out, err := server.DoFor(v.r.Context(), v.API, v.visitor(), warder.ListConsoleSessions, in)
		if err != nil {
			v.operationFailed(err)
			return
		}
		for i := range out.Sessions {
			rows = append(rows, rowOf(&out.Sessions[i]))
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	v.render(http.StatusOK, "sessions", &page{
		Title: "Your sessions", Wide: true, Body: rows,
		Links: []link{{applicationPath, "Back to the console"}, {passwordPath, "Change your password"}, {signOutPath, "Sign out here"}},
	})
}

func rowOf(s *warder.ConsoleSession) sessionRow {
	row := sessionRow{
		ID: s.SessionId, Made: s.StartTime, Seen: s.LastSeenTime, MFA: s.MfaTime != nil, Current: s.Current,
		Complete: s.Stage == string(directory.SignInComplete),
	}
	if s.SourceIPAddress != nil {
		row.Address = *s.SourceIPAddress
	}
	if s.UserAgent != nil {
		row.Agent = *s.UserAgent
	}
	row.Agent = agentName(row.Agent)
	return row
}

// endSessions ends one of the visitor's sessions, or all of them, this one too.
func (v *visit) endSessions() {
	if !v.signedIn() {
		return
	}
	id := v.form.Get(sessionField)
	if _, there := v.API.Store.WebSessionByID(v.session.Account, id, v.now); !there && id != everywhere {
		v.redirect(sessionsPath) // it has ended already
		return
	}
	var err error
	if id == everywhere {
		_, err = server.DoFor(v.r.Context(), v.API, v.visitor(), warder.RevokeConsoleSessions, &warder.RevokeConsoleSessionsInput{})
	} else {
		_, err = server.DoFor(v.r.Context(), v.API, v.visitor(), warder.RevokeConsoleSession, &warder.RevokeConsoleSessionInput{SessionId: id})
	}
	switch {
	case err != nil:
		v.operationFailed(err)
	case id == everywhere, id == v.session.ID:
		v.setCookie(sessionCookie, "", -1)
		v.redirect(signOutPath)
	default:
		v.redirect(sessionsPath)
	}
}

func (v *visit) operationFailed(err error) {
	var public *awsapi.Error
	if !errors.As(err, &public) {
		v.broken("operation failed", err)
		return
	}
	v.said(public)
}

// agentName is what a browser calls itself, as people do: "Firefox on Linux". The order matters: most claim to be
// others too.
func agentName(agent string) string {
	browser, system := "", ""
	for _, b := range [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, b[0]) {
			browser = b[1]
			break
		}
	}
	for _, s := range [][2]string{{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iOS"}, {"iPad", "iPadOS"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, s[0]) {
			system = s[1]
			break
		}
	}
	switch {
	case browser == "" && agent == "":
		return "Unknown browser"
	case browser == "":
		return agent
	case system == "":
		return browser
	}
	return browser + " on " + system
}
