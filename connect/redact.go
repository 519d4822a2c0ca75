package connect

import (
	"regexp"
	"strconv"
	"strings"
)

// hidden replaces what is not shown.
const hidden = "***"

// Redact returns a URL for messages: without its password and its parameters, which may hold another one. From what is
// not a valid URL it removes everything that could be a secret, rather too much than too little.
func Redact(url string) string {
	head, rest := cutHead(url)
	if (head == "memory:" || head == "pebble:") && !strings.HasPrefix(rest, "//") {
		return url // there are no secrets in the URL of this process or a directory
	}
	rest = secretSetting.ReplaceAllString(rest, "${1}"+hidden)
	if at := lastAt(rest); at >= 0 {
		return head + redactUser(head, rest[:at]) + redactParameters(rest[at:])
	}
	hosts, path := cutHosts(rest)
	for i, host := range hosts {
		if shown := redactHost(host); shown != host {
			return head + strings.Join(append(hosts[:i:i], shown), ",")
		}
	}
	return head + redactParameters(strings.Join(hosts, ",")+path)
}

// redactedRest returns what follows the scheme of a URL, without its secrets.
func redactedRest(url string) string {
	_, rest, _ := strings.Cut(Redact(url), ":")
	return rest
}

// secretSetting matches a secret as settings have it: password=secret, or in quotes.
var secretSetting = regexp.MustCompile(`(?i)([\w.%-]*(?:pass|pwd|secret|token|auth|cred)[\w.%-]*\s*=\s*)('(?:[^'\\]|\\.)*'?|[^\s&]*)`)

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

// lastAt returns the index of the last at sign, also of one that was escaped by mistake.
func lastAt(text string) int {
	return max(strings.LastIndexByte(text, '@'), strings.LastIndex(text, "%40"))
}

// redactUser redacts the part before the at sign. Without a colon it may be a name as well as a password; without slashes
// before it, the name may be what looks like a scheme.
func redactUser(head, text string) string {
	name, _, ok := strings.Cut(text, ":")
	if !ok || !strings.HasSuffix(head, "//") {
		return hidden
	}
	return name + ":" + hidden
}

// cutHosts cuts off the list of hosts and splits it.
func cutHosts(text string) (hosts []string, path string) {
	end := strings.IndexAny(text, "/?")
	if end < 0 {
		end = len(text)
	}
	return strings.Split(text[:end], ","), text[end:]
}

// redactHost redacts a host: what stands where a port belongs and is not one may be a password whose host was forgotten.
func redactHost(text string) string {
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 || strings.HasSuffix(text, "]") { // the last colon belongs to the address
		return text
	}
	if n, err := strconv.ParseUint(text[colon+1:], 10, 16); err == nil && n > 0 {
		return text
	}
	return text[:strings.IndexByte(text, ':')+1] + hidden
}

// redactParameters hides what follows the path.
func redactParameters(text string) string {
	text, parameters, _ := strings.Cut(text, "?")
	if parameters != "" {
		text += "?" + hidden
	}
	return text
}
