package acceptance

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	provider "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/warder-iam/warder/internal/server/servertest"
)

const region = "us-east-1"

// patience bounds one test's use of the SDK, and any wait: a test that hangs is told of before go test ends all of them, and a slow
// machine is no fault.
const patience = 20 * time.Minute

// sdk is a configuration of the AWS SDK that takes nothing from the environment.
func (w *warder) sdk(key credentials, options ...func(*config.LoadOptions) error) aws.Config {
	options = append([]func(*config.LoadOptions) error{
		config.WithSharedConfigFiles([]string{}),
		config.WithSharedCredentialsFiles([]string{}),
		config.WithRegion(region),
		config.WithBaseEndpoint(w.URL),
		config.WithCredentialsProvider(provider.NewStaticCredentialsProvider(key.ID, key.Secret, key.Token)),
		config.WithHTTPClient(awshttp.NewBuildableClient()),
	}, options...)
	c, err := config.LoadDefaultConfig(context.Background(), options...)
	if err != nil {
		panic(err) // with these options it reads nothing that could fail
	}
	return c
}

// iam is a client of IAM that does not retry: a test wants to see the first answer.
func (w *warder) iam(key credentials, options ...func(*iam.Options)) *iam.Client {
	once := func(o *iam.Options) { o.RetryMaxAttempts, o.HTTPClient = 1, servertest.OwnBody{Client: o.HTTPClient} }
	return iam.NewFromConfig(w.sdk(key), append([]func(*iam.Options){once}, options...)...)
}

// sts is a client of STS that does not retry.
func (w *warder) sts(key credentials, options ...func(*sts.Options)) *sts.Client {
	once := func(o *sts.Options) { o.RetryMaxAttempts, o.HTTPClient = 1, servertest.OwnBody{Client: o.HTTPClient} }
	return sts.NewFromConfig(w.sdk(key), append([]func(*sts.Options){once}, options...)...)
}

// code is the error code that the server answered; "" for success, "?" where it did not answer.
func code(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &api):
		return api.ErrorCode()
	default:
		return "?"
	}
}

// check fails the test on an error.
func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks that a call was answered with the code.
func refused(t testing.TB, what string, err error, want string) {
	t.Helper()
	if have := code(err); have != want {
		t.Errorf("%s: %q (%v), want %q", what, have, err, want)
	}
}

// eventually waits for what another process does by itself, as long as patience goes. A test that it fails says what did not come
// about, and what is known of it.
func eventually(t testing.TB, what string, done func() bool, known ...any) {
	t.Helper()
	for begun := time.Now(); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Since(begun) > patience {
			t.Fatalf("it never came about that %s\n%s", what, fmt.Sprint(known...))
		}
	}
}

func background(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
