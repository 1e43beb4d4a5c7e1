package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/warder-iam/warder/authz/authzhttp"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:4680", "`HOST:PORT` to serve on")
	warder := flag.String("warder", "http://127.0.0.1:4600", "`URL` of Warder")
	host := flag.String("host", "", "`HOST` in the URLs of clients, with its port; the address of -listen if empty")
	account := flag.String("account", "", "12-digit `ACCOUNT` that owns the buckets")
	flag.Parse()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *host == "" {
		*host = *listen
	}
	if err := serve(ctx, *listen, service{warder: *warder, host: *host, account: *account}, log); err != nil {
		fmt.Fprintln(os.Stderr, "notes:", err)
		os.Exit(1)
	}
}

// service is where the store stands.
type service struct {
	warder  string // URL
	host    string // in the URLs of clients
	account string // that owns the buckets
}

// serve answers until ctx ends. The credentials that it asks Warder with stand in the environment, as AWS's tools have it.
func serve(ctx context.Context, listen string, s service, log *slog.Logger) error {
	handler, err := newHandler(s, log)
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
	}
	log.Info("serving", "url", "http://"+l.Addr().String(), "warder", s.warder)
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		done <- server.Shutdown(drain)
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}

// newHandler is the store behind its guard: nothing of it is reached in any other way.
func newHandler(s service, log *slog.Logger) (http.Handler, error) {
	guard, err := authzhttp.New(authzhttp.Config{
		URL:         s.warder,
		Hosts:       []string{s.host},
		Credentials: environmentCredentials,
		Now:         time.Now,
		Service:     "s3",
		Question:    func(r *http.Request) (authzhttp.Question, error) { return question(r, s.account) },
		MaxBody:     maxObject,
		Refuse:      authzhttp.XMLErrors,
		OnError:     func(r *http.Request, err error) { log.Error("no decision", "path", r.URL.Path, "error", err.Error()) },
	})
	if err != nil {
		return nil, err
	}
	return guard.Protect(newStore(log)), nil
}

func environmentCredentials(context.Context) (authzhttp.Credentials, error) {
	c := authzhttp.Credentials{
		AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"), SessionToken: os.Getenv("AWS_SESSION_TOKEN"),
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return c, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
	}
	return c, nil
}
