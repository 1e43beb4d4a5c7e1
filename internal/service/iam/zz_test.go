package iam_test
import ("testing";"github.com/aws/aws-sdk-go-v2/service/iam";"github.com/aws/aws-sdk-go-v2/service/iam/types";"net/http";"net/http/httptrace";"context")
func TestZZ(t *testing.T){
 a:=newFixture(t,nil).newAccount(t,nil)
 for i:=range 10 {
 c:=a.client("admin")
 var reused []bool
 n:=0
 for p := iam.NewListPoliciesPaginator(c, &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeAws}); p.HasMorePages(); {
   ctx:=httptrace.WithClientTrace(t.Context(),&httptrace.ClientTrace{GotConn:func(g httptrace.GotConnInfo){reused=append(reused,g.Reused)},WroteRequest:func(w httptrace.WroteRequestInfo){ if w.Err!=nil{t.Log("wrote",w.Err)}}})
   _=context.Background
   if _,err:=p.NextPage(ctx);err!=nil{t.Log(i,n,err); break}
   n++
 }
 t.Log(i,n,reused)
 }
 _ = http.DefaultClient
}
