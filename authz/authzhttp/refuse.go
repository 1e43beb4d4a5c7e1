package authzhttp

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"time"
)

// Refusal is what a client gets in place of an answer.
type Refusal struct {
	// Status of HTTP, and Code and Message as IAM has them: AccessDenied, SignatureDoesNotMatch, InvalidClientTokenId.
	Status        int
	Code, Message string
	// DecisionID finds the decision on Warder's side; "" if there was none.
	DecisionID string
	// RetryAfter is set where trying again may help.
	RetryAfter time.Duration
}

// Error is code and message.
func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

func (r *Refusal) header(w http.ResponseWriter, media string) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.DecisionID != "" {
		h.Set("X-Amz-Request-Id", r.DecisionID)
	}
	if r.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(max(time.Second, r.RetryAfter)/time.Second)))
	}
	w.WriteHeader(r.Status)
}

// JSONErrors writes {"code":…,"message":…}.
func JSONErrors(w http.ResponseWriter, _ *http.Request, refusal *Refusal) {
	refusal.header(w, "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"code": refusal.Code, "message": refusal.Message}) // the client may be gone
}

// s3Codes are S3's names of refusals, with its status, where it has others than IAM.
// Source: Amazon S3 API Reference, "Error responses".
var s3Codes = map[string]struct {
	status int
	code   string
}{
	"InvalidClientTokenId":       {http.StatusForbidden, "InvalidAccessKeyId"},
	"MissingAuthenticationToken": {http.StatusForbidden, "AccessDenied"},
	"RequestExpired":             {http.StatusForbidden, "AccessDenied"},
	"IncompleteSignature":        {http.StatusBadRequest, "AuthorizationHeaderMalformed"},
	"MalformedQueryString":       {http.StatusBadRequest, "InvalidURI"},
	"ExpiredToken":               {http.StatusBadRequest, "ExpiredToken"},
}

// XMLErrors writes refusals as S3 does.
func XMLErrors(w http.ResponseWriter, r *http.Request, refusal *Refusal) {
	own := *refusal
	if as, ok := s3Codes[own.Code]; ok {
		own.Status, own.Code = as.status, as.code
	}
	own.header(w, "application/xml")
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write([]byte(xml.Header)) // the client may be gone
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		Resource  string
		RequestId string
	}{Code: own.Code, Message: own.Message, Resource: r.URL.Path, RequestId: own.DecisionID})
}
