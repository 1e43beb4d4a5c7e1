package clienttest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/warder-iam/warder/internal/awsapi"
)

// sdk has the clients of the AWS SDK for Go, which get one and the same answer whatever they ask.
type sdk struct {
	answer  Answer
	clients map[string]reflect.Value // by signing name
}

func newSDK() *sdk {
	s := new(sdk)
	config := aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String("http://warder.invalid"), HTTPClient: s, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "none"}, nil
		}),
		// Inputs are empty here: only what comes back counts.
		APIOptions: []func(*middleware.Stack) error{func(stack *middleware.Stack) error {
			_, _ = stack.Initialize.Remove("OperationInputValidation") // operations without required members have none
			return nil
		}},
	}
	s.clients = map[string]reflect.Value{
		"iam": reflect.ValueOf(iam.NewFromConfig(config)), "sts": reflect.ValueOf(sts.NewFromConfig(config)),
	}
	return s
}

// Do implements aws.HTTPClient.
func (s *sdk) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: s.answer.Status, Header: http.Header{"Content-Type": {"text/xml"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(s.answer.Body)),
	}, nil
}

// call lets the SDK read an answer. The output is that of the operation.
func (s *sdk) call(ctx context.Context, op *awsapi.Operation, answer Answer) (output reflect.Value, err error) {
	method := s.clients[op.Service.Name].MethodByName(op.Name)
	if !method.IsValid() {
		return reflect.Value{}, fmt.Errorf("this SDK has no operation %s", op.Name)
	}
	s.answer = answer
	input := reflect.New(method.Type().In(1).Elem())
	results := method.Call([]reflect.Value{reflect.ValueOf(ctx), input})
	err, _ = results[1].Interface().(error)
	return results[0], err
}

// faults are what is wrong with an answer as the SDK reads it.
func (s *sdk) faults(ctx context.Context, op *awsapi.Operation, answer Answer) []string {
	output, err := s.call(ctx, op, answer)
	if answer.Status != http.StatusOK {
		return errorFaults(op, answer, err)
	}
	if err != nil {
		return []string{"the SDK cannot read it: " + err.Error()}
	}
	return absent(op.Output, output, op.Name)
}

// silent is the error that AWS sends without a message. Source: recorded answers.
const silent = "ReportNotPresent"

// everywhere are the codes of errors that any operation may give, whatever its model lists.
func everywhere() []string {
	return []string{awsapi.AccessDenied.Code, awsapi.ValidationError.Code, awsapi.MissingAuthenticationToken.Code}
}

// errorFaults compares the SDK's error with the answer: an error that the model lists has a type of its own.
func errorFaults(op *awsapi.Operation, answer Answer, err error) []string {
	want, unreadable := answer.error()
	var got smithy.APIError
	if unreadable != nil || !errors.As(err, &got) {
		return []string{fmt.Sprintf("the SDK sees no error of the API: %v", err)}
	}
	var faults []string
	if got.ErrorCode() != want.Code || got.ErrorMessage() != want.Message || (want.Message == "") != (want.Code == silent) {
		faults = append(faults, fmt.Sprintf("the SDK reads %s: %q", got.ErrorCode(), got.ErrorMessage()))
	}
	if !slices.Contains(everywhere(), want.Code) && !lists(op, want.Code) {
		faults = append(faults, fmt.Sprintf("the model of %s does not list %s", op.Name, want.Code))
	}
	if _, generic := got.(*smithy.GenericAPIError); generic == lists(op, want.Code) {
		faults = append(faults, fmt.Sprintf("the SDK's error is a %T", got))
	}
	return faults
}

// absent are the paths of required members that a value of the SDK does not have. A plain number or truth value cannot tell.
func absent(s *awsapi.Shape, v reflect.Value, path string) []string {
	v = reflect.Indirect(v)
	var faults []string
	switch s.Kind {
	case awsapi.Structure:
		for _, m := range s.Members {
			at := path + "." + m.Name
			field := v.FieldByName(strings.ToUpper(m.Name[:1]) + m.Name[1:])
			switch {
			case !field.IsValid():
				faults = append(faults, "this SDK has no member "+at)
			case missing(field) && m.Required:
				faults = append(faults, at+" is required, and the SDK has none")
			case !missing(field):
				faults = append(faults, absent(m.Shape, field, at)...)
			}
		}
	case awsapi.List:
		for _, e := range v.Seq2() {
			faults = append(faults, absent(s.Member, e, path+".member")...)
		}
	case awsapi.Map:
		for _, e := range v.Seq2() {
			faults = append(faults, absent(s.Value, e, path+".value")...)
		}
	}
	return faults
}

// missing reports whether a field tells that its member is not there.
func missing(field reflect.Value) bool {
	switch field.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return field.IsNil()
	case reflect.String: // an enumeration
		return field.Len() == 0
	default:
		return false
	}
}
