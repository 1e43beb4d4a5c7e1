package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/warder-iam/warder/trail/search"
)

// trailQuery is which events are wanted, as flags say it.
type trailQuery struct {
	query        search.Query
	since, until string
}

func (q *trailQuery) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&q.query.Principals, "principal", nil, "called by `WHO`: a name, an ARN, root, or what follows the account in an ARN such as role/deploy, whose sessions count")
	f.StringArrayVar(&q.query.Actions, "action", nil, "the call `NAME`, alone or with its service: iam:CreateUser, 'iam:*Policy'")
	f.StringArrayVar(&q.query.Resources, "resource", nil, "about `WHAT`: an ARN, a name or an id")
	f.StringArrayVar(&q.query.Errors, "error", nil, "ended with the error `CODE`; any for every failure, none for success")
	f.StringArrayVar(&q.query.Addresses, "source-address", nil, "from `ADDRESS`: an IP address, a network such as 192.0.2.0/24, or a service that called")
	f.StringArrayVar(&q.query.Accounts, "account", nil, "of the account `ID`")
	f.StringArrayVar(&q.query.EventIDs, "event-id", nil, "the event `ID`")
	f.StringArrayVar(&q.query.AccessKeys, "access-key", nil, "signed with the access key `ID`")
	q.addTimes(cmd)
}

func (q *trailQuery) addTimes(cmd *cobra.Command) {
	cmd.Flags().StringVar(&q.since, "since", "", "at or after `TIME`: 2026-01-02, 2026-01-02T15:04:05Z, or 90m, 24h, 7d ago")
	cmd.Flags().StringVar(&q.until, "until", "", "at or before `TIME`, written likewise; of a day all of it")
}

// filterHelp is what commands with these flags say of them.
const filterHelp = `
Filters that are given together must all be met; one that is given several times is met by any of its values. In --principal,
--action, --resource and --error * stands for any text and ? for one character; quote them for the shell.`

// filter is what the flags ask for.
func (q *trailQuery) filter(now time.Time) (*search.Filter, error) {
	query := q.query
	since, until := timeForm{now: now, ago: true}, timeForm{day: oneDay - 1, now: now, ago: true}
	var err error
	if query.Since, err = since.flag("since", q.since); err != nil {
		return nil, err
	}
	if query.Until, err = until.flag("until", q.until); err != nil {
		return nil, err
	}
	f, err := search.Compile(query)
	if err != nil {
		return nil, usagef("%v", err)
	}
	return f, nil
}
