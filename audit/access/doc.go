// Package access answers questions about access: can this principal do that, who can, what can it do, and who from outside
// reaches what. It exists so that an audit says "yes, if" and not "perhaps": every yes comes with a request that
// authz.Decide allows. It may do no I/O, read no clock, and decide nothing itself.
package access
