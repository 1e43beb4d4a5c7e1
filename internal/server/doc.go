// Package server is the request pipeline: admit, identify, authenticate, decode, authorize, act, record, reply. It exists
// so that no operation can leave a step out; it may not know what any operation does.
package server
