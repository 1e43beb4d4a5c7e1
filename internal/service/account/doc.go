// Package account serves AWS Account Management: whom to write to about an account. It exists so that the contacts which
// alarms and audits go by are kept where clients of AWS keep them; what only AWS can do for an account (Regions, closing,
// the root user's address) is not here.
package account
