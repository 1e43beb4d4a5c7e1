package warder_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// clock are the functions and variables of package time whose result nobody passed in.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Local", "LoadLocation"}

// stateful are types whose package-level variables are state by nature. sync.Pool is not among them: it holds nothing
// that a result depends on; nor sync.Once, since a table that is made once never changes.
var stateful = []string{"sync.Mutex", "sync.RWMutex", "sync.Map", "sync.WaitGroup", "sync.Cond"}

func TestPublicPackagesReadNoClock(t *testing.T) {
	n := 0
	eachPackage(t, func(t *testing.T, p pkg) {
		if !matches(public, p.name) {
			return
		}
		n++
		set, files := parseFiles(t, p, 0)
		for _, f := range files {
			for _, found := range clockUses(f) {
				t.Errorf("%s: public packages read no clock: take the time as a parameter", set.Position(found))
			}
		}
	})
	if n == 0 {
		t.Error("no public package was checked")
	}
}

// clockUses finds uses of the clock in a file, whatever name it gives to package time.
func clockUses(f *ast.File) []token.Pos {
	name := importName(f, "time")
	if name == "" {
		return nil
	}
	var found []token.Pos
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && isName(s.X, name) && slices.Contains(clock, s.Sel.Name) {
			found = append(found, s.Pos())
		}
		return true
	})
	return found
}

// importName is the name under which a file knows a package, or "".
func importName(f *ast.File, path string) string {
	for _, spec := range f.Imports {
		if got, err := strconv.Unquote(spec.Path.Value); err != nil || got != path {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path[strings.LastIndex(path, "/")+1:]
	}
	return ""
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

func TestNoInit(t *testing.T) {
	eachPackage(t, func(t *testing.T, p pkg) {
		set, files := parseFiles(t, p, 0)
		for _, f := range files {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s: no init(): nobody calls it, so nobody can leave it out or see when it runs", set.Position(fn.Pos()))
				}
			}
		}
	})
}

func TestNoMutablePackageVariables(t *testing.T) {
	eachPackage(t, func(t *testing.T, p pkg) {
		set, files := parseFiles(t, p, 0)
		for _, m := range mutableVariables(files) {
			t.Errorf("%s: %s: a package variable that changes is shared by every test and every server of the process: "+
				"make it a field", set.Position(m.pos), m.what)
		}
	})
}

type mutable struct {
	pos  token.Pos
	what string
}

// mutableVariables finds package variables that some function of the package changes, and those of other packages
// that one assigns to. It knows names, not types: a name that the function declares anywhere itself is taken for its
// own, so it misses some and accuses none wrongly.
func mutableVariables(files []*ast.File) []mutable {
	variables := map[string]bool{}
	var found []mutable
	for _, f := range files {
		for _, spec := range packageVariables(f) {
			for _, name := range spec.Names {
				variables[name.Name] = name.Name != "_"
				if typ := typeName(spec); slices.Contains(stateful, typ) || strings.HasPrefix(typ, "atomic.") {
					found = append(found, mutable{name.Pos(), fmt.Sprintf("%s is a %s", name.Name, typ)})
				}
			}
		}
	}
	for _, f := range files {
		imported := map[string]bool{}
		for _, spec := range f.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil {
				imported[importName(f, path)] = true
			}
		}
		for _, d := range f.Decls {
			found = append(found, changes(d, variables, imported)...)
		}
	}
	return found
}

func packageVariables(f *ast.File) []*ast.ValueSpec {
	var specs []*ast.ValueSpec
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, s := range g.Specs {
				specs = append(specs, s.(*ast.ValueSpec))
			}
		}
	}
	return specs
}

// typeName is "sync.Mutex" for a variable that is declared with that type or by a literal of it.
func typeName(spec *ast.ValueSpec) string {
	typ := spec.Type
	if typ == nil && len(spec.Values) > 0 {
		if lit, ok := spec.Values[0].(*ast.CompositeLit); ok {
			typ = lit.Type
		}
	}
	if index, ok := typ.(*ast.IndexExpr); ok { // atomic.Pointer[T]
		typ = index.X
	}
	if s, ok := typ.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); ok {
			return x.Name + "." + s.Sel.Name
		}
	}
	return ""
}

// changes finds what one declaration changes of the package's variables.
func changes(d ast.Decl, variables, imported map[string]bool) []mutable {
	own := declared(d)
	var found []mutable
	target := func(e ast.Expr) {
		root, selected := rootOf(e)
		if root == nil || own[root.Name] {
			return
		}
		switch {
		case variables[root.Name]:
			found = append(found, mutable{e.Pos(), root.Name + " is changed"})
		case imported[root.Name] && selected != "":
			found = append(found, mutable{e.Pos(), root.Name + "." + selected + " of another package is changed"})
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					target(e)
				}
			}
		case *ast.IncDecStmt:
			target(n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				target(n.Key)
				target(n.Value)
			}
		case *ast.CallExpr:
			if len(n.Args) > 0 && (isName(n.Fun, "delete") || isName(n.Fun, "clear") || isName(n.Fun, "copy")) {
				target(n.Args[0])
			}
		}
		return true
	})
	return found
}

// rootOf finds the variable that an assignment to e changes, and the first member that is selected of it.
func rootOf(e ast.Expr) (root *ast.Ident, selected string) {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x, selected
		case *ast.SelectorExpr:
			e, selected = x.X, x.Sel.Name
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil, ""
		}
	}
}

// declared are the names that a declaration declares inside itself.
func declared(d ast.Decl) map[string]bool {
	own := map[string]bool{}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			addFields(own, n.Recv)
		case *ast.FuncType:
			addFields(own, n.Params)
			addFields(own, n.Results)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				addNames(own, n.Lhs...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				addNames(own, n.Key, n.Value)
			}
		case *ast.DeclStmt:
			for _, s := range n.Decl.(*ast.GenDecl).Specs {
				if v, ok := s.(*ast.ValueSpec); ok {
					for _, name := range v.Names {
						own[name.Name] = true
					}
				}
			}
		}
		return true
	})
	return own
}

func addNames(own map[string]bool, names ...ast.Expr) {
	for _, e := range names {
		if id, ok := e.(*ast.Ident); ok {
			own[id.Name] = true
		}
	}
}

func addFields(own map[string]bool, list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, f := range list.List {
		for _, name := range f.Names {
			own[name.Name] = true
		}
	}
}

// TestSourceRules keeps the rules themselves right: want is what each snippet is accused of.
func TestSourceRules(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"table", `var m = map[string]int{"a": 1}; func f() int { return m["a"] }`, ""},
		{"assigned", `var n int; func f() { n = 1 }`, "n is changed"},
		{"element", `var m = map[string]int{}; func f() { m["a"]++ }`, "m is changed"},
		{"member", `var s struct{ a []int }; func f() { s.a[0] = 1 }`, "s is changed"},
		{"through a pointer", `var p = new(int); func f() { *p = 1 }`, "p is changed"},
		{"delete", `var m map[string]int; func f() { delete(m, "a") }`, "m is changed"},
		{"range", `var i int; func f(s []int) { for i = range s { } }`, "i is changed"},
		{"in a variable's function", `var n int; var g = func() { n++ }`, "n is changed"},
		{"own variable of the same name", `var n int; func f() { n := 1; n = 2; _ = n }`, ""},
		{"parameter of the same name", `var n int; func f(n int) { n = 2 }`, ""},
		{"result of the same name", `var n int; func f() (n int) { n = 2; return }`, ""},
		{"receiver of the same name", `var n int; type T struct{ a int }; func (n *T) f() { n.a = 2 }`, ""},
		{"loop variable", `var n int; func f(s []int) { for n := range s { n++ } }`, ""},
		{"local declaration", `var n int; func f() { var n int; n++ }`, ""},
		{"mutex", `import "sync"; var mu sync.Mutex`, "mu is a sync.Mutex"},
		{"atomic", `import "sync/atomic"; var p atomic.Pointer[int]`, "p is a atomic.Pointer"},
		{"literal", `import "sync"; var m = sync.Map{}`, "m is a sync.Map"},
		{"blank", `var _ = 1; func f() { _ = 2 }`, ""},
		{"pool", `import "sync"; var p = sync.Pool{}`, ""},
		{"once", `import "sync"; var load = sync.OnceValue(func() int { n := 1; n++; return n })`, ""},
		{"another package's", `import "net/http"; func f() { http.DefaultClient = nil }`, "http.DefaultClient of another package is changed"},
		{"member of a local", `import "net/http"; func f(http struct{ A int }) { http.A = 1 }`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, m := range mutableVariables([]*ast.File{parseSnippet(t, test.source)}) {
				got = append(got, m.what)
			}
			if strings.Join(got, ", ") != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestClockRule(t *testing.T) {
	tests := []struct {
		source string
		want   int
	}{
		{`import "time"; var a = time.Now()`, 1},
		{`import t "time"; func f() { _ = t.Since(t.Time{}) }`, 1},
		{`import "time"; var f = time.Now`, 1},
		{`import "time"; var a = time.UTC; var b = time.Unix(0, 0)`, 0},
		{`type c struct{ Now int }; func f(time c) int { return time.Now }`, 0},
	}
	for _, test := range tests {
		if got := clockUses(parseSnippet(t, test.source)); len(got) != test.want {
			t.Errorf("%s: %d uses, want %d", test.source, len(got), test.want)
		}
	}
}

func parseSnippet(t *testing.T, source string) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "a.go", "package a; "+source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
