// Package warder serves Warder's own API: decisions for one's own services, after OpenID AuthZEN's Authorization API 1.0, and
// the catalogue of their actions. It exists so that a service can ask what Warder itself enforces; it may not decide
// anything itself: every question goes to authz.
package warder
