package collect

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/api/sts"
	"github.com/warder-iam/warder/internal/awsapi"
)

// element is an XML element with all that is in it.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

func (e *element) child(name string) *element {
	for i := range e.Children {
		if e.Children[i].XMLName.Local == name {
			return &e.Children[i]
		}
	}
	return nil
}

// find looks for an element at any depth.
func (e *element) find(name string) *element {
	if found := e.child(name); found != nil {
		return found
	}
	for i := range e.Children {
		if found := e.Children[i].find(name); found != nil {
			return found
		}
	}
	return nil
}

// value is the element as JSON has a value of that shape.
func (e *element) value(s *awsapi.Shape) (any, error) {
	switch s.Kind {
	case awsapi.Structure:
		return e.structure(s)
	case awsapi.List:
		list := []any{}
		for i := range e.Children {
			v, err := e.Children[i].value(s.Member)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case awsapi.Map:
		return e.pairs(s)
	case awsapi.Boolean:
		return strings.EqualFold(e.Text, "true"), nil
	case awsapi.Integer, awsapi.Long, awsapi.Float, awsapi.Double:
		if !json.Valid([]byte(e.Text)) {
			return nil, fmt.Errorf("%s is no number: %.40q", e.XMLName.Local, e.Text)
		}
		return json.Number(e.Text), nil
	}
	return e.Text, nil // times and blobs stand in JSON as they do in XML
}

func (e *element) structure(s *awsapi.Shape) (any, error) {
	object := map[string]any{}
	for i := range s.Members {
		m := &s.Members[i]
		in := e.child(or(m.WireName, m.Name))
		if in == nil {
			continue
		}
		v, err := in.value(m.Shape)
		if err != nil {
			return nil, err
		}
		object[m.Name] = v
	}
	return object, nil
}

func (e *element) pairs(s *awsapi.Shape) (any, error) {
	object := map[string]any{}
	for i := range e.Children {
		key, in := e.Children[i].child("key"), e.Children[i].child("value")
		if key == nil || in == nil {
			continue
		}
		v, err := in.value(s.Value)
		if err != nil {
			return nil, err
		}
		object[key.Text] = v
	}
	return object, nil
}

// shapeOf is the shape of an answer in XML: from the models of IAM and STS, and of other services what an audit reads.
func shapeOf(c *Call) *awsapi.Shape {
	for _, known := range []*awsapi.Service{iam.Service, sts.Service} {
		if known.Name != c.Service {
			continue
		}
		for _, op := range known.Operations {
			if op.Name == c.Operation {
				return op.Output
			}
		}
	}
	return shapes(c.Name())
}

// shapes are of the answers in XML of other services, with what an audit reads of them.
func shapes(name string) *awsapi.Shape {
	text := &awsapi.Shape{Kind: awsapi.String}
	structure := func(members ...awsapi.Member) *awsapi.Shape {
		return &awsapi.Shape{Kind: awsapi.Structure, Members: members}
	}
	list := func(of *awsapi.Shape) *awsapi.Shape { return &awsapi.Shape{Kind: awsapi.List, Member: of} }
	member := func(name, wire string, shape *awsapi.Shape) awsapi.Member {
		return awsapi.Member{Name: name, WireName: wire, Shape: shape}
	}
	switch name {
	case "ec2:DescribeRegions":
		return structure(member("Regions", "regionInfo", list(structure(member("RegionName", "regionName", text)))))
	case "ec2:DescribeInstances":
		instance := structure(
			member("InstanceId", "instanceId", text),
			member("IamInstanceProfile", "iamInstanceProfile", structure(member("Arn", "arn", text))),
			member("Placement", "placement", structure(member("AvailabilityZone", "availabilityZone", text))),
			member("State", "instanceState", structure(member("Name", "name", text))),
		)
		reservation := structure(member("OwnerId", "ownerId", text), member("Instances", "instancesSet", list(instance)))
		return structure(member("Reservations", "reservationSet", list(reservation)), member("NextToken", "nextToken", text))
	case "cloudformation:DescribeStacks":
		stack := structure(member("StackId", "", text), member("StackName", "", text), member("RoleARN", "", text), member("StackStatus", "", text))
		return structure(member("Stacks", "", list(stack)), member("NextToken", "", text))
	case "sns:ListTopics":
		return structure(member("Topics", "", list(structure(member("TopicArn", "", text)))), member("NextToken", "", text))
	case "sns:GetTopicAttributes":
		return structure(member("Attributes", "", &awsapi.Shape{Kind: awsapi.Map, Value: text}))
	case "s3:ListBuckets":
		return structure(member("Buckets", "", list(structure(member("Name", "", text)))))
	}
	return nil
}
