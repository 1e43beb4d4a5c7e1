package collect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// maxAnswer in bytes: one page.
const maxAnswer = 256 << 20

// maxPages of one answer: more come only from a server that goes in circles.
const maxPages = 100_000

// client makes calls as an aws.Config says: of AWS, or of its BaseEndpoint.
type client struct {
	config   aws.Config
	services map[string]service
	retryer  aws.RetryerV2
	signer   *v4.Signer
	plain    *v4.Signer // for S3, whose paths are signed as they are
}

func newClient(config aws.Config) *client {
	if config.HTTPClient == nil {
		config.HTTPClient = http.DefaultClient
	}
	return &client{
		config: config, services: services(), retryer: retry.NewStandard(), signer: v4.NewSigner(),
		plain: v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }),
	}
}

// call gives the answer to a call, all its pages, once it is there.
func (c *client) call(ctx context.Context, call *Call, region string, params []Param) (map[string]json.RawMessage, error) {
	for wait := time.Second; ; wait = min(2*wait, 10*time.Second) {
		answer, err := c.pages(ctx, call, region, params)
		if err != nil || call.While.Member == "" || !slices.Contains(call.While.Values, text(answer[call.While.Member])) {
			return answer, err
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

func (c *client) pages(ctx context.Context, call *Call, region string, params []Param) (map[string]json.RawMessage, error) {
	s := c.services[call.Service]
	next, token := s.tokens()
	sent := slices.DeleteFunc(slices.Clone(params), func(p Param) bool { return p.About })
	answer, err := c.retrying(ctx, call, region, sent)
	if err != nil {
		return nil, err
	}
	for page, n := answer, 1; text(page[token]) != ""; n++ {
		if n == maxPages {
			return nil, fmt.Errorf("%s does not end", call.Name())
		}
		if page, err = c.retrying(ctx, call, region, append(slices.Clone(sent), Param{Name: next, Value: text(page[token])})); err != nil {
			return nil, err
		}
		more := maps.Clone(page)
		delete(answer, token)
		if err := merge(answer, more); err != nil {
			return nil, err
		}
	}
	delete(answer, token)
	delete(answer, "IsTruncated")
	return answer, nil
}

// retrying calls as often as the SDK's retryer has it.
func (c *client) retrying(ctx context.Context, call *Call, region string, params []Param) (map[string]json.RawMessage, error) {
	for attempt := 1; ; attempt++ {
		answer, err := c.once(ctx, call, region, params)
		if err == nil || attempt >= c.retryer.MaxAttempts() || !c.retryer.IsErrorRetryable(err) {
			return answer, err
		}
		delay, delayErr := c.retryer.RetryDelay(attempt, err)
		if delayErr != nil {
			return nil, err
		}
		if err := sleep(ctx, delay); err != nil {
			return nil, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// once sends one request. A bucket of another region says which: S3 is then asked there.
func (c *client) once(ctx context.Context, call *Call, region string, params []Param) (map[string]json.RawMessage, error) {
	s := c.services[call.Service]
	region = s.place(call.Service, region)
	status, header, body, err := c.send(ctx, &s, call, region, params)
	if err != nil {
		return nil, err
	}
	if there := header.Get("X-Amz-Bucket-Region"); there != "" && there != region && status != http.StatusOK && s.protocol == s3Protocol {
		if status, header, body, err = c.send(ctx, &s, call, there, params); err != nil {
			return nil, err
		}
	}
	return s.readAnswer(call, status, header, body)
}

func (c *client) send(ctx context.Context, s *service, call *Call, region string, params []Param) (status int, header http.Header, body []byte, err error) {
	base := s.base(call.Service, region)
	if c.config.BaseEndpoint != nil {
		base = strings.TrimSuffix(*c.config.BaseEndpoint, "/")
	}
	req, payload, err := s.request(base, call, params)
	if err != nil {
		return 0, nil, nil, err
	}
	req = req.WithContext(ctx)
	if err := c.sign(ctx, s, req, payload, or(s.signing, call.Service), region); err != nil {
		return 0, nil, nil, err
	}
	resp, err := c.config.HTTPClient.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err = errors.Join(err, resp.Body.Close()); err == nil && len(body) > maxAnswer {
		err = fmt.Errorf("the answer to %s is larger than %d MiB", call.Name(), maxAnswer>>20)
	}
	return resp.StatusCode, resp.Header, body, err
}

func (c *client) sign(ctx context.Context, s *service, req *http.Request, payload []byte, name, region string) error {
	by, err := c.config.Credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("no credentials: %w", err)
	}
	sum := sha256.Sum256(payload)
	hash := hex.EncodeToString(sum[:])
	signer := c.signer
	if s.protocol == s3Protocol {
		req.Header.Set("X-Amz-Content-Sha256", hash)
		signer = c.plain
	}
	return signer.SignHTTP(ctx, by, req, hash, name, region, time.Now())
}
