package trail

import (
	"strings"
	"time"
)

// Times as CloudTrail writes them: in its files, in a log file's name, in a digest's name.
const (
	timeForm       = "2006-01-02T15:04:05Z"
	logNameForm    = "20060102T1504Z"
	digestNameForm = "20060102T150405Z"
	dayForm        = "2006/01/02"
)

// LogObjectName is the name under which CloudTrail delivers a log file that was closed at a time. unique tells files of
// one minute apart: letters and digits, 16 with CloudTrail. A trail's key prefix goes before it, with a slash.
func LogObjectName(account, region string, at time.Time, unique string) string {
	return objectName("CloudTrail", account, region, at, unique)
}

// InsightObjectName is LogObjectName of a file of Insights.
func InsightObjectName(account, region string, at time.Time, unique string) string {
	return objectName("CloudTrail-Insight", account, region, at, unique)
}

func objectName(kind, account, region string, at time.Time, unique string) string {
	at = at.UTC()
	return strings.Join([]string{"AWSLogs", account, kind, region, at.Format(dayForm),
		strings.Join([]string{account, kind, region, at.Format(logNameForm), unique}, "_") + ".json.gz"}, "/")
}

// DigestObjectName is the name of the digest of a trail that ends at a time, over the log files of one region. A trail's
// key prefix goes before it, with a slash.
func DigestObjectName(account, region, trail, homeRegion string, end time.Time) string {
	end = end.UTC()
	return strings.Join([]string{"AWSLogs", account, "CloudTrail-Digest", region, end.Format(dayForm),
		strings.Join([]string{account, "CloudTrail-Digest", region, trail, homeRegion, end.Format(digestNameForm)}, "_") + ".json.gz"}, "/")
}
