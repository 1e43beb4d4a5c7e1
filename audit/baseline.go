package audit

// compare takes from an earlier report when each finding was first seen, marks those that are new, and lists those that
// are gone. A finding whose check could not be assessed this time is not gone.
func (r *Report) compare(old *Report) {
	first := map[string]*Finding{}
	if old != nil {
		for i := range old.Findings {
			first[old.Findings[i].ID] = &old.Findings[i]
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if before := first[f.ID]; before != nil {
			f.FirstSeen = before.FirstSeen
			delete(first, f.ID)
		} else {
			f.FirstSeen, f.New = r.Generated, old != nil
		}
	}
	if old == nil {
		return
	}
	r.Compared = true
	type place struct{ check, account string }
	assessed := map[place]bool{}
	for _, a := range r.Assessed {
		assessed[place{a.Check, a.Account}] = true
	}
	for i := range old.Findings {
		f := &old.Findings[i]
		if first[f.ID] != nil && assessed[place{f.Check, f.Account}] {
			r.Resolved = append(r.Resolved, f.ID)
		}
	}
}
