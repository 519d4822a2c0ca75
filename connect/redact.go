package connect

import (
	"regexp"
	"strconv"
	"strings"
)

// hidden stands for what is not shown.
const hidden = "***"

// Redact is a URL for messages: without its password and its parameters, which may hold another. What is no proper URL
// loses everything that could be a secret, rather too much than too little.
func Redact(url string) string {
	head, rest := cutHead(url)
	if (head == "memory:" || head == "pebble:") && !strings.HasPrefix(rest, "//") {
		return url // names a place in this process or on this machine
	}
	rest = assigned.ReplaceAllString(rest, "${1}"+hidden)
	if at := lastAt(rest); at >= 0 {
		return head + user(head, rest[:at]) + withoutParameters(rest[at:])
	}
	hosts, path := cutHosts(rest)
	for i, host := range hosts {
		if shown := hostOf(host); shown != host {
			return head + strings.Join(append(hosts[:i:i], shown), ",")
		}
	}
	return head + withoutParameters(strings.Join(hosts, ",")+path)
}

// assigned finds secrets as settings have them: password=secret, or in quotes.
var assigned = regexp.MustCompile(`(?i)([\w.%-]*(?:pass|pwd|secret|token|auth|cred)[\w.%-]*\s*=\s*)('(?:[^'\\]|\\.)*'?|[^\s&]*)`)

// cutHead cuts off a scheme with its colon and slashes.
func cutHead(url string) (head, rest string) {
	name, rest, ok := strings.Cut(url, ":")
	if !ok || strings.Trim(strings.ToLower(name), schemeLetters) != "" {
		name, rest = "", url
	} else {
		name += ":"
	}
	trimmed := strings.TrimLeft(rest, "/")
	if len(trimmed) == len(rest)-1 {
		trimmed = rest // a path
	}
	return name + rest[:len(rest)-len(trimmed)], trimmed
}

// lastAt finds the last at sign, also one that was escaped by mistake.
func lastAt(text string) int {
	return max(strings.LastIndexByte(text, '@'), strings.LastIndex(text, "%40"))
}

// user is the part before the at sign. Without a colon it may be a name as well as a password; without slashes before
// it, the name may be what looks like a scheme.
func user(head, text string) string {
	name, _, ok := strings.Cut(text, ":")
	if !ok || !strings.HasSuffix(head, "//") {
		return hidden
	}
	return name + ":" + hidden
}

// cutHosts cuts off the hosts, which have commas between them.
func cutHosts(text string) (hosts []string, path string) {
	end := strings.IndexAny(text, "/?")
	if end < 0 {
		end = len(text)
	}
	return strings.Split(text[:end], ","), text[end:]
}

// hostOf is a host as it may be shown: what stands for a port and is none could be a password whose host was forgotten.
func hostOf(text string) string {
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 || strings.HasSuffix(text, "]") { // the last colon is the address's own
		return text
	}
	if n, err := strconv.ParseUint(text[colon+1:], 10, 16); err == nil && n > 0 {
		return text
	}
	return text[:strings.IndexByte(text, ':')+1] + hidden
}

// withoutParameters takes away what follows the path.
func withoutParameters(text string) string {
	text, parameters, _ := strings.Cut(text, "?")
	if parameters != "" {
		text += "?" + hidden
	}
	return text
}
