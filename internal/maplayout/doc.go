// Package maplayout gives the nodes of the access map their places in the plane. It exists so that a picture of twenty
// thousand nodes is laid out once on the server, and in the same way for everybody; it may do no I/O and read no clock, and
// the same nodes always get the same places.
package maplayout
