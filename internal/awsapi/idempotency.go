package awsapi

import "reflect"

// IdempotencyToken is the token by which the client names this request through all its retries; "" where it has none. in
// points to the shape's Go type. A token in a header is not looked at: it need not be signed.
func IdempotencyToken(shape *Shape, in any) string {
	v, err := target(shape, in)
	if err != nil {
		return ""
	}
	for i := range shape.Members {
		m := &shape.Members[i]
		if !m.IdempotencyToken || m.Location != InBody && m.Location != InQuery {
			continue
		}
		f := v.Field(i)
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.IsValid() && f.Kind() == reflect.String {
			return f.String()
		}
	}
	return ""
}
