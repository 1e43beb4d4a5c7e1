// Apigen writes the packages under internal/api from botocore's service models, and from those of Warder's own services in
// models/. It exists so that names, shapes, constraints and errors are AWS's own and never typed by hand; it may not copy
// the models' documentation, and it refuses what it does not understand instead of leaving it out.
//
//	go run ./internal/apigen [-models DIR] [-out internal/api] [-check]
//
// DIR is botocore's data folder; without the flag python3 is asked where its botocore lives.
package main
