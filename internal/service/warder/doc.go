// Package warder serves Warder's own API: decisions for one's own services, after OpenID AuthZEN's Authorization API 1.0, the
// catalogue of their actions, the account's alarms, the plan of the guardrails, what a change of policies would do, the map of
// access, and the live audit. It exists so that a service can ask what Warder itself enforces, and people see and answer what
// Warder noticed; it may not decide anything itself: every question goes to authz. It raises no alarm, runs no guardrail and
// finds no fault: what those are is internal/alarm's, internal/guardrail's and internal/liveaudit's.
package warder
