package collect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/warder-iam/warder/arn"
)

// protocol is how a service is spoken with.
type protocol uint8

const (
	queryProtocol protocol = iota + 1 // a form; XML comes back
	jsonProtocol                      // JSON both ways, the operation in a header
	restProtocol                      // a path; JSON comes back
	s3Protocol                        // a path; XML comes back, or a policy as it is
)

// service is how one is reached. Source: the service models of AWS's SDKs.
type service struct {
	protocol protocol
	// prefix of the host's name, and the name that signatures are for; both are the service's name where "".
	prefix, signing string
	// version of the API in forms; target in the header of jsonProtocol, with the version of JSON.
	version, target, json string
	// global services are the same in all regions of a partition, and are asked in one of them.
	global bool
	// What pages go by: the parameter of the next one, and the member of an answer with its value; "NextToken" where "".
	next, token string
}

// services gives all that the table names.
func services() map[string]service {
	return map[string]service{
		"iam":            {protocol: queryProtocol, version: "2010-05-08", global: true, next: "Marker"},
		"sts":            {protocol: queryProtocol, version: "2011-06-15"},
		"organizations":  {protocol: jsonProtocol, target: "AWSOrganizationsV20161128", json: "1.1", global: true},
		"account":        {protocol: restProtocol, global: true},
		"accessanalyzer": {protocol: restProtocol, prefix: "access-analyzer", signing: "access-analyzer", next: "nextToken"},
		"cloudtrail":     {protocol: jsonProtocol, target: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", json: "1.1"},
		"cloudwatch":     {protocol: jsonProtocol, prefix: "monitoring", signing: "monitoring", target: "GraniteServiceVersion20100801", json: "1.0"},
		"logs":           {protocol: jsonProtocol, target: "Logs_20140328", json: "1.1", next: "nextToken"},
		"s3":             {protocol: s3Protocol},
		"kms":            {protocol: jsonProtocol, target: "TrentService", json: "1.1", next: "Marker", token: "NextMarker"},
		"sns":            {protocol: queryProtocol, version: "2010-03-31"},
		"sqs":            {protocol: jsonProtocol, target: "AmazonSQS", json: "1.0"},
		"secretsmanager": {protocol: jsonProtocol, target: "secretsmanager", json: "1.1"},
		"lambda":         {protocol: restProtocol, next: "Marker", token: "NextMarker"},
		"ecr":            {protocol: jsonProtocol, prefix: "api.ecr", target: "AmazonEC2ContainerRegistry_V20150921", json: "1.1", next: "nextToken"},
		"ec2":            {protocol: queryProtocol, version: "2016-11-15"},
		"ecs":            {protocol: jsonProtocol, target: "AmazonEC2ContainerServiceV20141113", json: "1.1", next: "nextToken"},
		"codebuild":      {protocol: jsonProtocol, target: "CodeBuild_20161006", json: "1.1", next: "nextToken"},
		"cloudformation": {protocol: queryProtocol, version: "2010-05-15"},
		"glue":           {protocol: jsonProtocol, target: "AWSGlue", json: "1.1"},
	}
}

// pathOf is the method and path of an operation of restProtocol or s3Protocol; a parameter that is a part of it is in braces.
func pathOf(name string) string {
	switch name {
	case "account:GetContactInformation":
		return "POST /getContactInformation"
	case "account:GetAlternateContact":
		return "POST /getAlternateContact"
	case "accessanalyzer:ListAnalyzers":
		return "GET /analyzer"
	case "lambda:ListFunctions":
		return "GET /2015-03-31/functions"
	case "lambda:GetPolicy":
		return "GET /2015-03-31/functions/{FunctionName}/policy"
	case "s3:ListBuckets":
		return "GET /"
	case "s3:GetBucketPolicy":
		return "GET /{Bucket}?policy"
	}
	return ""
}

// action is the permission that a call needs: its service's prefix and its own name, but where AWS has it otherwise.
func (c *Call) action() string {
	if c.Name() == "s3:ListBuckets" {
		return "s3:ListAllMyBuckets"
	}
	if c.Service == "accessanalyzer" {
		return "access-analyzer:" + c.Operation
	}
	return c.Name()
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// chinaHome is the region of China's global services other than IAM.
const chinaHome = "cn-northwest-1"

// place is the region in which a service is asked about a region.
func (s *service) place(name, region string) string {
	switch partition := arn.PartitionOf(region); {
	case !s.global:
		return region
	case partition == arn.China && name != "iam":
		return chinaHome
	default:
		return arn.HomeRegion(partition)
	}
}

// base is where a service is in the region of its place.
func (s *service) base(name, region string) string {
	partition := arn.PartitionOf(region)
	domain := arn.Domain(partition)
	switch {
	case name == "iam" && partition == arn.AWS:
		return "https://iam." + domain
	case name == "iam" && partition == arn.GovCloud:
		return "https://iam.us-gov." + domain
	}
	return "https://" + or(s.prefix, name) + "." + region + "." + domain
}

// tokens are the names that pages go by.
func (s *service) tokens() (next, token string) {
	next = or(s.next, "NextToken")
	return next, or(s.token, next)
}

// request is the HTTP request for a call; base is where its service is.
func (s *service) request(base string, c *Call, params []Param) (*http.Request, []byte, error) {
	switch s.protocol {
	case queryProtocol:
		form := url.Values{"Action": {c.Operation}, "Version": {s.version}}
		for _, p := range params {
			form.Set(p.Name, p.Value)
		}
		return newRequest(http.MethodPost, base+"/", "application/x-www-form-urlencoded; charset=utf-8", []byte(form.Encode()))
	case jsonProtocol:
		body, err := json.Marshal(object(params))
		if err != nil {
			return nil, nil, err
		}
		req, body, err := newRequest(http.MethodPost, base+"/", "application/x-amz-json-"+s.json, body)
		if err == nil {
			req.Header.Set("X-Amz-Target", s.target+"."+c.Operation)
		}
		return req, body, err
	case restProtocol, s3Protocol:
		return s.restRequest(base, c, params)
	}
	return nil, nil, errors.New("no such protocol")
}

// restRequest puts a parameter into the path if that has it; of others a GET has them in its query, a POST in its body.
func (s *service) restRequest(base string, c *Call, params []Param) (*http.Request, []byte, error) {
	method, path, ok := strings.Cut(pathOf(c.Name()), " ")
	if !ok {
		return nil, nil, fmt.Errorf("%s has no path", c.Name())
	}
	var rest []Param
	for _, p := range params {
		if place := "{" + p.Name + "}"; strings.Contains(path, place) {
			path = strings.Replace(path, place, url.PathEscape(p.Value), 1)
		} else {
			rest = append(rest, p)
		}
	}
	if method == http.MethodGet {
		query := url.Values{}
		for _, p := range rest {
			query.Set(p.Name, p.Value)
		}
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
		return newRequest(method, base+path, "", nil)
	}
	body, err := json.Marshal(object(rest))
	if err != nil {
		return nil, nil, err
	}
	return newRequest(method, base+path, "application/json", body)
}

func newRequest(method, target, contentType string, body []byte) (*http.Request, []byte, error) {
	req, err := http.NewRequest(method, target, bytes.NewReader(body))
	if err == nil && contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return req, body, err
}

// object is parameters as JSON has them.
func object(params []Param) map[string]any {
	all := map[string]any{}
	for _, p := range params {
		if p.Values != nil {
			all[p.Name] = p.Values
		} else {
			all[p.Name] = p.Value
		}
	}
	return all
}
