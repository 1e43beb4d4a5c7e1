package delivery

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/warder-iam/warder/trail"
)

// Insights go into files of their own, to trails that have them of that type, and the digests tell of both kinds of file.
func TestInsights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		having := logging("t1", "main")
		having.Insights = []trail.InsightType{trail.CallRate}
		w.set(account, "t1", having)
		other := logging("t2", "other")
		other.Prefix = "other"
		w.set(account, "t2", other)
		time.Sleep(time.Second)
		w.run(func(*Job) {
			for range 2 {
				w.log.add(t, account, time.Now())
				w.log.addInsight(t, account, trail.CallRate)
				w.log.addInsight(t, account, trail.ErrorRate)
				w.log.addInsight(t, account, trail.CallRate)
				w.log.add(t, account, time.Now())
				time.Sleep(20 * time.Minute)
			}
			time.Sleep(time.Hour)
		})
		w.want("AWSLogs/"+account+"/CloudTrail/", events(1, 5, 6, 10))
		w.want("AWSLogs/"+account+"/CloudTrail-Insight/", events(2, 4, 7, 9))
		w.want("other/AWSLogs/"+account+"/CloudTrail/", events(1, 5, 6, 10))
		w.want("other/AWSLogs/"+account+"/CloudTrail-Insight/", nil)
		if n := len(w.names("AWSLogs/" + account + "/CloudTrail-Insight/")); n != 2 {
			t.Errorf("%d files of Insights", n)
		}
		w.verify(account, "main")
		w.verify(account, "other")
	})
}
