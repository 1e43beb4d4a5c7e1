package lint

import "testing"

func TestOverlaps(t *testing.T) {
	tests := []struct {
		pattern, template string
		want              bool
	}{
		{"bucket", "${BucketName}", true},
		{"bucket/key", "${BucketName}/${ObjectName}", true},
		{"bucket", "${BucketName}/${ObjectName}", false},
		{"bucket/", "${BucketName}/${ObjectName}", false}, // a placeholder is one byte at least
		{"bucket*", "${BucketName}/${ObjectName}", true},
		{"*", "${BucketName}/${ObjectName}", true},
		{"instance/i-1", "instance/${InstanceId}", true},
		{"instances/i-1", "instance/${InstanceId}", false},
		{"inst*", "instance/${InstanceId}", true},
		{"*/i-1", "instance/${InstanceId}", true},
		{"*x", "instance/${InstanceId}", true},
		{"?nstance/?", "instance/${InstanceId}", true},
		{"?instance/?", "instance/${InstanceId}", false},
		{"instance/?*", "instance/${InstanceId}", true},
		{"user/${aws:username}", "user/${UserNameWithPath}", true},
		{"${aws:PrincipalTag/kind}/x", "user/${UserNameWithPath}", true},
		{"role/${aws:username}", "user/${UserNameWithPath}", false},
		{"a${b", "a${Rest}", true}, // no variable without its end
		{"", "", true},
		{"", "${X}", false},
		{"*", "", true},
		{"a/b/c", "*", true}, // a template may have "*" itself
		{"log-group:x", "log-group:${LogGroupName}", true},
		{"log-group:x:*", "log-group:${LogGroupName}:log-stream:${LogStreamName}", true},
		{"log-group:x:*:y", "log-group:${LogGroupName}:log-stream:${LogStreamName}", true},
	}
	for _, test := range tests {
		if got := overlaps(test.pattern, test.template); got != test.want {
			t.Errorf("%q overlaps %q: %t, want %t", test.pattern, test.template, got, test.want)
		}
	}
}

func TestCovers(t *testing.T) {
	tests := []struct {
		pattern, other string
		want           bool
	}{
		{"s3:*", "s3:GetObject", true},
		{"s3:*", "s3:Get*", true},
		{"s3:Get*", "s3:*", false},
		{"s3:Get?bject", "s3:GetObject", true},
		{"s3:Get?", "s3:Get*", false}, // "*" may be two letters
		{"s3:Get??", "s3:Get??", true},
		{"s3:*t", "s3:*Object", true},
		{"s3:GetObject", "s3:GetObject", false}, // equal values are told apart elsewhere
		{"a*b", "a*", false},
	}
	for _, test := range tests {
		if got := covers(test.pattern, test.other); got != test.want {
			t.Errorf("%q covers %q: %t, want %t", test.pattern, test.other, got, test.want)
		}
	}
}

func TestDistance(t *testing.T) {
	tests := []struct {
		a, b        string
		limit, want int
	}{
		{"", "", 3, 0},
		{"getobject", "getobject", 3, 0},
		{"getobjects", "getobject", 3, 1},
		{"getobjct", "getobject", 3, 1},
		{"getobjekt", "getobject", 3, 1},
		{"kitten", "sitting", 3, 3},
		{"kitten", "sitting", 2, 3}, // more than the limit
		{"a", "abcdef", 2, 3},
	}
	for _, test := range tests {
		if got := distance(test.a, test.b, test.limit); got != test.want {
			t.Errorf("distance of %q and %q up to %d: %d, want %d", test.a, test.b, test.limit, got, test.want)
		}
	}
}
