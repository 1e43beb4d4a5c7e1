// Package catalog is what AWS publishes about its services, as data: actions, resource types, condition keys and the
// AWS-managed policies, with one's own services beside them. It exists so that every part of Warder knows the same
// names; it may not decide anything, and does no I/O beyond the data embedded in it.
//
// Its one import from elsewhere, go-json-experiment/json, reads service reference documents: encoding/json takes repeated
// members and members in another case, so that two readers could understand one document differently.
package catalog
