// Package awsimport reads an AWS account's exports (the answers of the AWS CLI and SDKs, credential reports, CloudTrail
// files) and makes a Snapshot and the evidence beside it of them, so that an account on AWS is audited by the code that
// audits a live Warder. It reads from the fs.FS that it is given and from nothing else, and asks no clock.
//
// Files are recognised by their content. What cannot be used is never dropped without a word: it is a Problem, or a File
// that says why it was skipped. What the bundle does not hold is Absent, which is not the same as "there is none".
//
// Its one import from elsewhere, go-json-experiment/json, reads the answers: encoding/json takes repeated members, so
// that two readers could understand one export differently, and cannot read a large answer piece by piece.
package awsimport
