package dotpath_test
import ("testing";"github.com/dictrack/dictrack/value")
func BenchmarkEmpty(b *testing.B){
	plan := newPlan(b, "bet", "game")
	into := make([]value.Value, 2)
	for _, d := range []string{`{}`,`{"group_id":"10000123"}`,`{"bet":317}`,`{"bet":317,"game":"b"}`, `{"group_id":"10000123","xet":317,"xame":"b"}`} {
	data := []byte(d)
	b.Run(d, func(b *testing.B){ for b.Loop() { plan.Scan(data, into) } }) }
}
