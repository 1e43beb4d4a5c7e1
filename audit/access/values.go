package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/policy/eval"
)

// family is how an operator reads values.
type family uint8

const (
	textFamily family = iota
	arnFamily
	numberFamily
	dateFamily
	boolFamily
	binaryFamily
	addressFamily
	noFamily // Null, which reads none, and operators that nobody knows
	families
)

func familyOf(d *eval.Demand) family {
	if d.Condition == nil {
		return textFamily
	}
	test := d.Condition.Operator.Test
	for _, f := range [...]struct {
		prefix string
		family family
	}{
		{"String", textFamily}, {"Arn", arnFamily}, {"Numeric", numberFamily}, {"Date", dateFamily}, {"Bool", boolFamily},
		{"Binary", binaryFamily}, {"IpAddress", addressFamily}, {"NotIpAddress", addressFamily},
	} {
		if strings.HasPrefix(test, f.prefix) {
			return f.family
		}
	}
	return noFamily
}

// options are the settings of a free circumstance that the demands may tell apart, the plainest first. What it depends on
// is chosen.
func (s *search) options(at int) []setting {
	if s.known[at] != nil {
		return s.known[at]
	}
	list := s.settings(s.free[at])
	if s.independent(s.free[at]) {
		s.known[at] = list
	}
	return list
}

// independent reports whether the options of a circumstance do not depend on what is chosen of others.
func (s *search) independent(f *free) bool {
	return f.kind != freeIssue && !slices.ContainsFunc(s.demands, func(d demand) bool {
		own := d.Condition != nil && slices.Contains(f.folded, d.Keys[0])
		return own && len(d.Keys) > 1 || s.depends(&d, f)
	})
}

func (s *search) settings(f *free) []setting {
	list := []setting{f.plain}
	add := func(o setting) {
		if !slices.ContainsFunc(list, func(l setting) bool { return l.same(&o) }) {
			list = append(list, o)
		}
	}
	switch f.kind {
	case freeTime, freeIssue, freeFactor:
		for _, span := range s.spans(f) {
			add(setting{span: span})
		}
		return list
	case freeTransport:
		add(setting{values: []string{"false"}})
		return list
	}
	ctx := s.context(s.chosen)
	v := s.values(f, &ctx)
	switch {
	case f.kind == freeVia:
		s.routes(v, add)
	case f.kind == freeTag:
		for _, key := range s.spellings(f) {
			for _, value := range v.texts {
				add(setting{values: []string{value}, tag: key})
			}
		}
	default:
		add(setting{})
		one, many := s.arities(f)
		if one {
			for _, value := range v.texts {
				add(setting{values: []string{value}})
			}
		}
		if many {
			s.lists(v, add)
		}
	}
	return list
}

// about are the places of the demands whose own key the circumstance decides.
func (p *problem) about(f *free) []int {
	var list []int
	for i := range p.demands {
		if d := &p.demands[i]; d.Condition != nil && slices.Contains(f.folded, d.Keys[0]) {
			list = append(list, i)
		}
	}
	return list
}

// spellings of the key of a tag that the demands about aws:TagKeys, whose values have case, tell apart.
func (s *search) spellings(f *free) []string {
	keys := values{search: s, free: f}
	ctx := s.context(s.chosen)
	keys.ctx = &ctx
	for i := range s.demands {
		if d := &s.demands[i]; d.Condition != nil && d.Keys[0] == tagKeys {
			keys.patterns(d)
		}
	}
	if len(keys.tests) == 0 {
		return []string{f.key}
	}
	own := newGlob(eval.FoldKey(f.key), true, false)
	found := s.texts(f, append(keys.tests, textTest{own}, textTest{newGlob(f.key, false, false)}))
	return slices.DeleteFunc(found, func(key string) bool { return !own.matches(key) })
}

// arities tells whether the circumstance may be one value, and whether it may be a list. A key that nobody knows may be a list
// where a policy takes it for one.
func (p *problem) arities(f *free) (one, many bool) {
	switch f.kind {
	case freeTagKeys:
		return false, true
	case freeKey:
	default:
		return true, false
	}
	if p.catalog != nil {
		if multi, known := p.catalog.Multivalued(f.folded[0]); known {
			return !multi, multi
		}
	}
	for _, i := range p.about(f) {
		d := &p.demands[i]
		if d.Known {
			return !d.Multivalued, d.Multivalued
		}
		many = many || d.Condition.Operator.Set != ""
	}
	return true, many
}

// values are values of one key, one at least for each way in which they fare in the demands.
type values struct {
	search *search
	free   *free
	ctx    *eval.Context
	own    []int // demands about the key
	used   [families]bool
	tests  []textTest
	shared bool // as a variable the key is in other demands: values must not be thrown away
	texts  []string
}

func (s *search) values(f *free, ctx *eval.Context) *values {
	v := &values{search: s, free: f, ctx: ctx, own: s.about(f)}
	for _, i := range v.own {
		v.add(&s.demands[i])
	}
	for i := range s.demands {
		v.through(s, &s.demands[i])
	}
	if len(v.texts) == 0 || len(v.tests) > 0 { // operators that read values take no others
		v.texts = append(v.texts, s.texts(f, v.tests)...)
	}
	v.check()
	v.thin()
	return v
}

// statesPerTrial is how many states of a walk through texts cost as much as a trial.
const statesPerTrial = 8

// texts are those that tests about a circumstance tell apart.
func (s *search) texts(f *free, tests []textTest) []string {
	found, all, cost := texts(tests)
	if !all {
		s.leftOut(f)
	}
	*s.work -= cost / statesPerTrial
	return found
}

// leftOut notes that not every value of a key is tried.
func (p *problem) leftOut(f *free) {
	p.incomplete = fmt.Sprintf("not every value of %s could be tried", f.folded[0])
}

// add takes what a demand about the key compares it with.
func (v *values) add(d *demand) {
	fam := familyOf(d.Demand)
	v.used[fam] = true
	switch fam {
	case textFamily, arnFamily:
		v.patterns(d)
	case numberFamily:
		v.texts = append(v.texts, numbers(d.Numbers())...)
	case dateFamily:
		for _, seconds := range moments(d.Dates()) {
			v.texts = append(v.texts, dateText(seconds))
		}
	case boolFamily:
		v.texts = append(v.texts, "true", "false")
	case binaryFamily:
		for _, value := range d.Condition.Values {
			v.texts = append(v.texts, value.Text)
		}
		v.texts = append(v.texts, "", "AA==", "AAAA")
	case addressFamily:
		v.texts = append(v.texts, addresses(d.Networks())...)
	}
}

// patterns makes a test of a demand with a text or ARN operator.
func (v *values) patterns(d *demand) {
	var test textTest
	for _, p := range d.Patterns() {
		text, ok := p.Fill(v.ctx)
		if !ok {
			continue // a variable without a value: it fits nothing
		}
		test = append(test, newGlob(text, p.AnyCase, p.ARN))
	}
	v.tests = append(v.tests, test)
	for place := range v.variables(d) {
		if !v.search.assigned.has(place) || v.search.free[place] == v.free {
			v.search.leftOut(v.free) // two are compared with each other, or one with itself
		}
	}
	if familyOf(d.Demand) == arnFamily { // what is no ARN fares otherwise than one that does not fit
		any := strings.Repeat(string([]byte{eval.AnyRun})+":", arnColons) + string([]byte{eval.AnyRun})
		v.tests = append(v.tests, textTest{newGlob(any, false, false)})
	}
}

// depends reports whether the circumstance decides a variable of the demand.
func (p *problem) depends(d *demand, f *free) bool {
	keys := d.Keys
	if d.Condition != nil {
		keys = keys[1:]
	}
	return slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(f.folded, k) })
}

// check sees to it that combinations of operators of different families are told apart, or noted.
func (v *values) check() {
	typed := 0
	for f := numberFamily; f < noFamily; f++ {
		if v.used[f] {
			typed++
		}
	}
	if typed > 1 || typed == 1 && len(v.tests) > 0 {
		v.search.leftOut(v.free)
	}
	if v.free.kind == freeAddress {
		v.texts = slices.DeleteFunc(v.texts, func(t string) bool { return !isAddress(t) })
		if v.used[textFamily] || v.used[arnFamily] {
			v.search.leftOut(v.free)
		}
	}
}

// thin leaves one value of those that fare alike in all demands.
func (v *values) thin() {
	if v.shared {
		return
	}
	seen := map[string]bool{}
	v.texts = slices.DeleteFunc(v.texts, func(text string) bool {
		how := v.fares(text)
		if seen[how] {
			return true
		}
		seen[how] = true
		return false
	})
}

// fares tells how a value fares in each demand about the key.
func (v *values) fares(text string) string {
	how := make([]byte, len(v.own))
	for i, at := range v.own {
		d := &v.search.demands[at]
		if familyOf(d.Demand) != noFamily && d.Satisfied(v.ctx, text) {
			how[i] = 1
		}
	}
	return string(how)
}

// maxSubject is the length of a text in which every part is tried as the value of a variable.
const maxSubject = 256

// through takes what a demand asks of the key as one of its variables.
func (v *values) through(s *search, d *demand) {
	if !s.depends(d, v.free) {
		return
	}
	v.shared = true
	subjects, pending := v.subjects(s, d)
	if pending {
		v.joint(s, d)
		return
	}
	for _, subject := range subjects {
		if len(subject) > maxSubject {
			s.leftOut(v.free)
			continue
		}
		v.parts(s, d, subject)
	}
}

// subjects are the texts that a demand with variables holds its patterns against; pending if they are still to be chosen.
func (v *values) subjects(s *search, d *demand) (texts []string, pending bool) {
	if d.Condition == nil {
		return []string{s.base.ask.Resource}, false
	}
	for _, place := range s.byKey[d.Keys[0]] {
		pending = pending || !s.assigned.has(place)
	}
	if value, ok := v.ctx.Lookup(d.Keys[0]); ok {
		texts = value.Texts()
	}
	return texts, pending
}

// parts adds the parts of the subject with which the demand comes out otherwise than with a value that is in no way there.
// No other value can do that: what a variable stands for must stand in the subject.
func (v *values) parts(s *search, d *demand, subject string) {
	keys := v.ctx.Clone()
	variable := slices.IndexFunc(d.Keys, func(k string) bool { return slices.Contains(v.free.folded, k) })
	met := func(value string) bool {
		keys.Set(d.Keys[variable], value)
		return d.Met(&keys)
	}
	without := met("\x00")
	seen := map[string]bool{}
	var test textTest
	for from := range len(subject) {
		for to := from; to <= len(subject); to++ {
			value := subject[from:to]
			if !seen[value] && met(value) != without {
				test = append(test, newGlob(value, d.Condition != nil && strings.HasSuffix(d.Condition.Operator.Test, "IgnoreCase"), false))
			}
			seen[value] = true
		}
	}
	if len(v.variables(d)) > 1 {
		s.leftOut(v.free)
	}
	v.tests = append(v.tests, test)
}

// variables are the circumstances that decide variables of the demand.
func (v *values) variables(d *demand) map[int]bool {
	found := map[int]bool{}
	keys := d.Keys
	if d.Condition != nil {
		keys = keys[1:]
	}
	for _, k := range keys {
		for _, place := range v.search.byKey[k] {
			found[place] = true
		}
	}
	return found
}

// joint adds the tests of the key that the demand compares this one with, so that there are values that fit both.
func (v *values) joint(s *search, d *demand) {
	for _, p := range d.Patterns() {
		if bare := len(slices.DeleteFunc(slices.Clone(p.Pieces), func(p eval.Piece) bool { return p.Variable == "" && p.Text == "" })) == 1; !bare {
			s.leftOut(v.free)
		}
	}
	for i := range s.demands {
		other := &s.demands[i]
		if other.Condition == nil || other.Keys[0] != d.Keys[0] {
			continue
		}
		switch fam := familyOf(other.Demand); {
		case other.Demand == d.Demand:
		case (fam == textFamily || fam == arnFamily) && len(v.variables(other)) == 0:
			v.patterns(other)
		default:
			s.leftOut(v.free)
		}
	}
}

// Bounds of the lists that are tried for a multivalued key.
const (
	manyClasses = 6 // up to so many classes of values, every set of them is tried
	fewTogether = 2 // beyond that, sets up to this size
)

// lists adds a list for each set of values, the small ones first.
func (s *search) lists(v *values, add func(setting)) {
	n := len(v.texts)
	most := n
	if n > manyClasses {
		s.leftOut(v.free)
		most = fewTogether
	}
	if v.shared {
		s.leftOut(v.free)
	}
	for size := 1; size <= most; size++ {
		subsets(v.texts, size, func(list []string) { add(setting{values: slices.Clone(list), list: true}) })
	}
	if n > most {
		add(setting{values: v.texts, list: true})
	}
}

// subsets yields those of a size. The list is used again.
func subsets(all []string, size int, yield func([]string)) {
	var list []string
	var pick func(from int)
	pick = func(from int) {
		if len(list) == size {
			yield(list)
			return
		}
		for i := from; i <= len(all)-(size-len(list)); i++ {
			list = append(list, all[i])
			pick(i + 1)
			list = list[:len(list)-1]
		}
	}
	pick(0)
}

// routes adds ways through services: one, and from one to another.
func (s *search) routes(v *values, add func(setting)) {
	services := v.texts
	if len(services) == 0 {
		services = []string{"cloudformation.amazonaws.com"}
	}
	for _, first := range services {
		add(setting{values: []string{first}})
	}
	for _, first := range services {
		for _, last := range services {
			if first != last {
				add(setting{values: []string{first, last}})
			}
		}
	}
	if len(services) > fewTogether {
		s.leftOut(v.free)
	}
}
