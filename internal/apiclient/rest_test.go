package apiclient

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestREST(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		code, text string
		want       string // in the error; "" for success
	}{
		"success":      {200, "", `{"name":"a&b"}`, ""},
		"refusal":      {404, "ResourceNotFoundException", `{"message":"no"}`, "ResourceNotFoundException: no"},
		"another site": {404, "", "<html>", "is this the endpoint of a Warder?"},
		"redirect":     {307, "", "", "is this the endpoint of a Warder?"},
		"no JSON":      {200, "", "<a>", "is not what Warder writes"},
	} {
		t.Run(name, func(t *testing.T) {
			a := &answer{status: c.status, text: c.text}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Amzn-Errortype", c.code)
				a.ServeHTTP(w, r)
			}))
			defer server.Close()
			client, err := New(server.URL, "", "us-east-1")
			if err != nil {
				t.Fatal(err)
			}
			var out struct{ Name string }
			err = client.REST(t.Context(), canary, RESTCall{
				Service: "warder", Method: "POST", Path: "/a%2Fb/c", Query: url.Values{"q": {"x y"}}, Body: map[string]string{"k": "v"}, Invocation: "i-1",
			}, &out)
			if c.want == "" && (err != nil || out.Name != "a&b") || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, %+v", err, out)
			}
			if a.asked.RequestURI != "/a%2Fb/c?q=x%20y" || a.asked.Method != "POST" || a.body != `{"k":"v"}` || a.asked.Header.Get("Content-Type") != "application/json" ||
				a.asked.Header.Get("Amz-Sdk-Invocation-Id") != "i-1" || !strings.Contains(a.asked.Header.Get("Authorization"), "/us-east-1/warder/aws4_request") {
				t.Errorf("asked %s %s: %s, %v", a.asked.Method, a.asked.RequestURI, a.body, a.asked.Header)
			}
			if strings.Contains(a.body+a.asked.Header.Get("Authorization"), "secret-canary") {
				t.Error("the request shows the secret")
			}
		})
	}
}
