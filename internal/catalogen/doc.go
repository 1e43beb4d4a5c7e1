// Command catalogen makes the data files of package catalog out of two npm packages that hold what AWS publishes. It
// exists so that the data is made by a recipe and never by hand; it takes facts only, no text of AWS's documentation.
package main
