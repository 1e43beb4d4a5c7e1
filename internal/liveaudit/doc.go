// Package liveaudit audits the accounts that this server holds, for the operations of service warder: findings, score, the
// checklist of the first day, what mending a finding would change, what is granted and not used, and what the trail says of
// activity. It exists so that the console shows at any time what `warder audit` would find; it may change nothing, calls no
// operation, and keeps nothing but its last reports in memory.
package liveaudit
