package escalation

import (
	"slices"
	"strings"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy"
)

// mostTags is how many tags that conditions ask for are tried on one target.
const mostTags = 8

// tags are the tags that conditions of one's own policies, and of trust policies, ask for: of oneself, or of who one would
// do something to.
func (c *changing) tags() {
	user, role := c.any("tag-user"), c.any("tag-role")
	if !user && !role {
		return
	}
	own, others := c.askedTags()
	for _, h := range c.order {
		c.tag(h.arn, own)
	}
	if len(others) == 0 {
		return
	}
	if role {
		for _, name := range c.targets(c.actor, c.m.byID["tag-role"], c.roles) {
			c.tag(name, others)
		}
	}
	if user {
		for _, name := range c.targets(c.actor, c.m.byID["tag-user"], c.users) {
			c.tag(name, others)
		}
	}
}

func (c *changing) tag(name string, tags []directory.Tag) {
	if !c.wants(name) && c.held[name] == nil {
		return
	}
	if account, u := c.world.userAt(name); u != nil && account == c.actor.account && c.may("tag-user", name) {
		for _, tag := range retags(u.Tags, tags) {
			c.add("tag-user", attempt{user: u, tag: tag})
		}
	}
	if account, r := c.world.roleAt(name); r != nil && account == c.actor.account && editable(r) && c.may("tag-role", name) {
		for _, tag := range retags(r.Tags, tags) {
			c.add("tag-role", attempt{role: r, tag: tag})
		}
	}
}

// retags are the tags that somebody who has some may be given: those that are asked for, and one that nobody asks for in place
// of each that it has of such a key, since a Deny may ask as well.
func retags(has, asked []directory.Tag) []directory.Tag {
	var all []directory.Tag
	for _, tag := range asked {
		tags := []directory.Tag{tag}
		if slices.ContainsFunc(has, func(t directory.Tag) bool { return strings.EqualFold(t.Key, tag.Key) }) {
			tags = append(tags, directory.Tag{Key: tag.Key, Value: newName})
		}
		for _, t := range tags {
			if !slices.Contains(has, t) && !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// askedTags are those that conditions compare: the principal's own, and those of resources.
func (c *changing) askedTags() (own, others []directory.Tag) {
	collect := func(condition *policy.Condition) {
		own = addTags(own, condition, "aws:principaltag/")
		others = addTags(addTags(others, condition, "aws:resourcetag/"), condition, "iam:resourcetag/")
	}
	c.conditions(collect)
	if c.wide {
		c.conditionsAhead(collect)
	}
	for _, name := range c.roles() {
		if _, r := c.world.roleAt(name); r != nil {
			eachCondition(r.Trust.Compiled().Document(), collect)
		}
	}
	return own, others
}

// addTags adds the tags that a condition on a key with that prefix names.
func addTags(tags []directory.Tag, c *policy.Condition, prefix string) []directory.Tag {
	if len(c.Key.Text) <= len(prefix) || !strings.EqualFold(c.Key.Text[:len(prefix)], prefix) {
		return tags
	}
	for _, v := range c.Values {
		value := strings.NewReplacer("*", newName, "?", "w").Replace(v.Text)
		tag := directory.Tag{Key: c.Key.Text[len(prefix):], Value: value}
		if len(tags) < mostTags && !strings.Contains(value, "$") && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}
