package trailfile

import (
	"bytes"
	"strings"
	"testing"
)

// BenchmarkSplit is finding the records in what was decompressed.
func BenchmarkSplit(b *testing.B) {
	record := `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:ci","arn":"arn:aws:sts::123456789012:assumed-role/deploy/ci","accountId":"123456789012","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE","arn":"arn:aws:iam::123456789012:role/deploy","accountId":"123456789012","userName":"deploy"},"webIdFederationData":{},"attributes":{"creationDate":"2026-01-02T03:00:00Z","mfaAuthenticated":"false"}}},"eventTime":"2026-01-02T03:04:05Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1","sourceIPAddress":"127.0.0.1","userAgent":"aws-cli/2","requestParameters":{"userName":"bob"},"responseElements":{"user":{"path":"/"}},"requestID":"req-1","eventID":"event-1","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}`
	text := []byte(`{"Records":[` + strings.TrimSuffix(strings.Repeat(record+",", 5000), ",") + `]}`)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		n := 0
		r := &reader{name: "f", yield: func(Record, *Problem) bool { n++; return true }}
		if !r.read(bytes.NewReader(text)) || n != 5000 {
			b.Fatal(n)
		}
	}
}
