package access

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/policy/eval"
)

// OtherRegions stands for every region that no statement tells from the rest.
const OtherRegions = "other regions"

// awsRegions are the regions of AWS that statements tell apart: in conditions, and in the ARNs of resources.
type awsRegions struct {
	home string
	// patterns name regions, with wildcards marked as in eval.Piece; each once.
	patterns []string
}

// awsRegion is one, and what it is called.
type awsRegion struct{ region, label string }

// add takes in the regions of a statement about an action.
func (p *awsRegions) add(st *eval.OpenStatement, keys *eval.Context) {
	for _, c := range st.Statement.Condition {
		if eval.FoldKey(c.Key.Text) == "aws:requestedregion" {
			for _, v := range c.Values {
				p.pattern(marked(v.Text))
			}
		}
	}
	resources, _ := st.Resources(keys)
	for _, resource := range resources {
		p.pattern(resourceRegion(resource))
	}
}

func (p *awsRegions) pattern(text string) {
	if text != "" && text != everywhere && !slices.Contains(p.patterns, text) {
		p.patterns = append(p.patterns, text)
	}
}

// all are one region for each pattern, and one that fits none: the partition's home if it does not.
func (p *awsRegions) all() []awsRegion {
	var list []awsRegion
	for _, pattern := range p.patterns {
		region := regionLike(pattern)
		if !slices.ContainsFunc(list, func(o awsRegion) bool { return o.region == region }) {
			list = append(list, awsRegion{region, region})
		}
	}
	other := awsRegion{p.other(), OtherRegions}
	if len(list) == 0 {
		other.label = other.region
	}
	return append([]awsRegion{other}, list...)
}

// other is a region that no pattern fits; the home where there is none.
func (p *awsRegions) other() string {
	if len(p.patterns) == 0 {
		return p.home
	}
	named := func(region string) bool {
		return slices.ContainsFunc(p.patterns, func(pattern string) bool {
			g := newGlob(pattern, false, false)
			return g.matches(region)
		})
	}
	parts := strings.Split(p.home, "-")
	base := strings.Join(parts[:max(len(parts)-2, 0)], "-") // us, us-gov
	for _, region := range []string{p.home, base + "-west-1", base + "-central-1", base + "-north-7", "zz-east-1"} {
		if !named(region) && arn.PartitionOf(region) == arn.PartitionOf(p.home) {
			return region
		}
	}
	return p.home
}

// regionLike is a region that a pattern fits.
func regionLike(pattern string) string {
	if before, ok := strings.CutSuffix(pattern, "-"+everywhere); ok {
		pattern = before + "-west-1" // eu-west-1 for eu-*
	}
	return strings.NewReplacer(everywhere, "west-1", string([]byte{eval.AnyOne}), "1").Replace(pattern)
}
