package report

import (
	"reflect"

	"github.com/warder-iam/warder/audit"
)

// poison puts a text behind each text of a report that an account could have chosen, and says how many those are. Left as
// they are: ids of checks and findings, severities, areas and frameworks, which are Warder's.
func poison(r *audit.Report, text string) int {
	n := 0
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				switch name := v.Type().Field(i).Name; name {
				case "ID", "Check", "Step", "Version":
				default:
					walk(v.Field(i))
				}
			}
		case reflect.String:
			if v.CanSet() && v.Type() == reflect.TypeFor[string]() {
				v.SetString(v.String() + text)
				n++
			}
		}
	}
	walk(reflect.ValueOf(r))
	return n
}
