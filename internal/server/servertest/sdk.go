package servertest

import (
	"bytes"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// OwnBody is an HTTP client for an SDK that does not retry: it sends requests with a body of its own. The SDK closes a
// request's body as soon as the answer's head is there, and its body then answers io.EOF where net/http looks for more of
// it: a server that is fast enough has the connection cut while a large answer is read (smithy-go 1.28.8). With the SDK's
// usual retries nobody notices.
type OwnBody struct{ Client aws.HTTPClient }

// Do sends the request.
func (o OwnBody) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		return o.Client.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	own := r.Clone(r.Context())
	own.Body = io.NopCloser(bytes.NewReader(body))
	return o.Client.Do(own)
}
