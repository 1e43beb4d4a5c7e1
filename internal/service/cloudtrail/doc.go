// Package cloudtrail serves CloudTrail: trails, which deliver an account's events, and looking those up. It exists so that
// clients of AWS manage and read Warder's record as they would AWS's. It changes what is delivered, never what was recorded.
package cloudtrail
