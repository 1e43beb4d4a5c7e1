package app

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/setup"
)

// welcome is the text of a first start. It is written before the account is made: who cannot be told the key must not
// get an account that nobody can use, and a key that was told but not made costs nothing.
func (a *App) welcome(w io.Writer, f *founding) error {
	c := &a.config
	secret := []string{
		"secret          " + f.key.Show(),
		"                shown this once; Warder itself keeps it sealed",
	}
	configure := "configure --static"
	env := "env"
	about := "                     # the key into profile \"" + Profile + "\" of the AWS CLI; asks for the two lines above"
	if c.AdminCredentials != "" {
		from := " --admin-credentials " + Quote(c.AdminCredentials)
		secret = []string{"                written with its secret to " + c.AdminCredentials}
		configure, env, about = configure+from, env+from, ""
	}
	if usual, err := DefaultData(); err != nil || c.Data != usual || a.endpoint.URL != "http://"+DefaultListen {
		where := " --data " + Quote(c.Data)
		configure, env = configure+where, env+where
	}
	lines := []string{
		"This is the first start. Warder makes an account:",
		"",
		"account         " + f.account,
		"administrator   user " + f.user.Name + " in group " + f.group.Name + ", which may do everything",
		"access key      " + f.key.ID,
	}
	lines = append(lines, secret...)
	lines = append(lines,
		"",
		"data            "+c.Data,
		"trail           "+TrailDir(c.Data),
		"master key      "+a.masterPlace()+"; without it nobody can read the data: keep a copy apart from them",
	)
	if a.endpoint.CA != "" {
		lines = append(lines, "certificate     of Warder's own authority; clients trust it by AWS_CA_BUNDLE="+a.endpoint.CA)
	}
	lines = append(lines,
		"",
		"Then, in another terminal:",
		"",
		c.Program+" "+configure+about,
		`eval "$(`+c.Program+" "+env+`)"`,
		"aws sts get-caller-identity",
		"",
	)
	var text strings.Builder
	for _, line := range lines {
		if line != "" && !strings.HasSuffix(line, ":") {
			text.WriteString("  ")
		}
		text.WriteString(line + "\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// masterPlace says where the master key comes from.
func (a *App) masterPlace() string {
	if a.config.Master != nil {
		return "given by WARDER_MASTER_KEY"
	}
	return a.config.MasterKeyFile
}

// status is the text of every start once the server answers.
func (a *App) status(w io.Writer) error {
	account := ""
	for found := range a.store.Snapshot().Accounts() {
		account = found.ID()
		break
	}
	_, err := fmt.Fprintf(w, "Warder serves account %s at %s with the data in %s. Ctrl-C stops it; nothing is lost.\nThe console is at %s/console/\n%s",
		account, a.endpoint.URL, a.config.Data, a.endpoint.Console, a.setupText())
	return err
}

// setupText says how to set the console up, as long as it is not. It shows the link of the first start, once.
func (a *App) setupText() string {
	link := a.link
	a.link = nil
	switch {
	case !setup.Pending(a.store.Snapshot()):
		return ""
	case link == nil:
		return "It is not set up yet. For a link that does: " + a.config.Program + " root setup-link" + a.where() + "\n"
	}
	return fmt.Sprintf("Set it up within %d minutes at %s\nFor another link: %s root setup-link%s\n",
		setup.LinkTime/time.Minute, a.endpoint.Console+setupQuery(*link), a.config.Program, a.where())
}

// where is how other commands find these data, as far as they must be told.
func (a *App) where() string {
	if usual, err := DefaultData(); err == nil && a.config.Data == usual {
		return ""
	}
	return " --data " + Quote(a.config.Data)
}

// Quote makes one word of s for a POSIX shell.
func Quote(s string) string {
	plain := strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+:@%,=", r))
	}) < 0
	if plain && s != "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
