package rediscache_test
import ("testing";"fmt";"strings";"strconv";"syscall";"github.com/dictrack/dictrack/internal/testserver/redis")
func cpu(s *redis.Server) float64 {
	out,_ := s.Do("info","cpu"); t:=0.0
	for _, l := range strings.Split(out,"\n") { l=strings.TrimSpace(l)
	 for _, p := range []string{"used_cpu_sys:","used_cpu_user:"} { if strings.HasPrefix(l,p) { v,_ := strconv.ParseFloat(l[len(p):],64); t+=v } } }
	return t
}
func own() float64 { var r syscall.Rusage; syscall.Getrusage(0,&r); return float64(r.Utime.Sec+r.Stime.Sec)+float64(r.Utime.Usec+r.Stime.Usec)/1e6 }
func calls(s *redis.Server) (n float64) { out,_ := s.Do("info","commandstats")
	for _, l := range strings.Split(out,"\n") { if i:=strings.Index(l,"evalsha:calls="); i>=0 { v:=l[i+14:]; v=v[:strings.Index(v,",")]; n,_=strconv.ParseFloat(v,64) } }; return }
func BenchmarkY(b *testing.B) {
	s := singleServer(b)
	c0,o0,n0 := cpu(s),own(),calls(s)
	BenchmarkBare(b)
	n:=calls(s)-n0
	fmt.Printf("\nbare %v calls: redis %.1fus own %.1fus\n",n,(cpu(s)-c0)/n*1e6,(own()-o0)/n*1e6)
}
var last [3]float64
func report(b *testing.B, s *redis.Server) {
	now := [3]float64{cpu(s),own(),calls(s)}
	n := now[2]-last[2]
	fmt.Printf("\nW %v calls: redis %.1fus own %.1fus\n",n,(now[0]-last[0])/n*1e6,(now[1]-last[1])/n*1e6)
	last = now
}
