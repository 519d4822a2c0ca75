package trackerfile
import ("testing";"os";"fmt")
func TestTry(t *testing.T){
 b,_ := os.ReadFile(os.Getenv("TRY"))
 d, err := Parse(os.Getenv("TRY"), b, nil)
 fmt.Println(len(d)); fmt.Println(err)
 if err == nil { Write(os.Stdout, d) }
}
