// Package wholefile writes files that are whole and durable or not there at all, whatever interrupts it. It exists so that the
// server's data and what people keep on their machines are written in one way; it may not know what the files hold.
package wholefile
