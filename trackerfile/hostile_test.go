package trackerfile_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/trackerfile"
)

const hostileSize = 200_000

// hostileFiles try to make much of little: each is about hostileSize long.
var hostileFiles = map[string]string{
	"list of aliases to a text":   "- &a " + long("x") + "\n- [" + many("*a") + "]\n",
	"tracker of aliases to where": "- {name: a, kind: count, targets: [1], where: [&a {op: eq, key: a, value: " + long("x") + "}, " + many("*a") + "]}\n",
	"unknown kinds by alias":      "- {name: a, kind: count, targets: [1], where: [&a {op: " + long("x") + "}, " + many("*a") + "]}\n",
	"unknown fields by alias":     "- {name: a, kind: count, targets: [1], where: [&a {" + long("x") + ": 1}, " + many("*a") + "]}\n",
	"tags by alias":               "- &a !" + long("x") + " 1\n- [" + many("*a") + "]\n",
	"names by alias":              "- &" + long("x") + " [*" + long("x") + "]\n- &b [*" + long("x") + "]\n- [" + many("*b") + "]\n",
	"keys by alias":               "- {&a " + long("x") + ": 1}\n- [" + many("{*a : 1}") + "]\n",
	"aliases to aliases":          "- &a [x]\n- &b [" + many("*a") + "]\n- &c [" + many("*b") + "]\n- [" + many("*c") + "]\n",
	"mistakes under a long key":   "- {args: {" + long("x") + ": {" + many("b: 1") + "}}}\n",
	"mistakes under many keys":    "- {args: " + strings.Repeat("{"+strings.Repeat("x", 1000)+": ", 60) + "{" + many("b: 1") + strings.Repeat("}", 63) + "\n",
	"unknown kinds":               "- {name: a, kind: count, targets: [1], where: [" + each("{op: x%d}") + "], limiters: [" + each("{kind: x%d}") + "]}\n",
	"unknown fields":              "- {" + each("x%d: 1") + "}\n",
	"wrong targets":               "- {name: a, kind: b, loop: true, targets: [" + many("x") + many("-1") + "]}\n",
	"same names":                  "[" + many(`{"name":"a"}`) + "0]",
	"long names":                  `[{"name":"` + long("x") + `"},` + many(`{"name":"a"}`) + "0]",
	"keys given twice in JSON":    `{"` + long("x") + `":{` + many(`"a":1`) + `"":0}}`,
	"open lists in JSON":          strings.Repeat("[", hostileSize),
	"open lists":                  "- " + strings.Repeat("[", hostileSize),
	"block lists":                 strings.Repeat("- ", hostileSize/2),
	"path of dots":                "- {" + long(".") + "x: 1}\n",
	"path of brackets":            "- {\"" + long("[") + "\": 1}\n",
}

func long(s string) string { return strings.Repeat(s, hostileSize/2/len(s)) }

func many(s string) string { return strings.Repeat(s+",", hostileSize/2/(len(s)+1)) }

func each(format string) string {
	var s strings.Builder
	for i := 0; s.Len() < hostileSize/2; i++ {
		fmt.Fprintf(&s, format+",", i)
	}
	return s.String()
}

// A file that makes the most of its size is refused with memory in proportion to it.
func TestHostileFiles(t *testing.T) {
	const most = 2000 * hostileSize
	for name, text := range hostileFiles {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := trackerfile.Parse("", []byte(text), nil)
			runtime.ReadMemStats(&after)
			if err == nil {
				t.Error("got no error")
			}
			t.Logf("%d kB of text: %d MB", len(text)>>10, (after.TotalAlloc-before.TotalAlloc)>>20)
			if got := after.TotalAlloc - before.TotalAlloc; got > most {
				t.Errorf("%d bytes of text: %d bytes of memory, want at most %d", len(text), got, most)
			}
		})
	}
}
