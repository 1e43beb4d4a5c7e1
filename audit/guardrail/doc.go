// Package guardrail says which credentials and policies a scheduled guardrail would change now, and why: unused keys and
// passwords, keys past their age, keys to rotate, old versions of policies, policies that nobody has. It exists so that a
// run can be shown before it is made, and tested without one; it makes no call itself.
package guardrail
