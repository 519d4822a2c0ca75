package decimal

import "strings"

// literal is the text of a number, in parts: signs, digits before and after the point, digits of the exponent.
type literal struct {
	sign, expSign byte // '+', '-' or 0
	whole, frac   string
	exp           string
	point, hasExp bool
}

// parseLiteral splits the text of a number into its parts; false when it is not a number.
func parseLiteral(text string) (literal, bool) {
	var p literal
	p.sign, text = cutSign(text)
	p.whole, text = cutDigits(text)
	if text != "" && text[0] == '.' {
		p.point = true
		p.frac, text = cutDigits(text[1:])
	}
	if len(p.whole)+len(p.frac) == 0 {
		return p, false
	}
	if text != "" && (text[0] == 'e' || text[0] == 'E') {
		p.hasExp = true
		p.expSign, text = cutSign(text[1:])
		p.exp, text = cutDigits(text)
	}
	return p, text == "" && p.hasExp == (p.exp != "")
}

func cutSign(text string) (byte, string) {
	if text != "" && (text[0] == '+' || text[0] == '-') {
		return text[0], text[1:]
	}
	return 0, text
}

func cutDigits(text string) (digits, rest string) {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return text[:n], text[n:]
}

// isJSON reports whether the text is a JSON number.
func (p *literal) isJSON() bool {
	return p.sign != '+' && p.whole != "" && (p.whole == "0" || p.whole[0] != '0') && p.point == (p.frac != "")
}

// decimal returns the exact number; false when it does not fit 19 digits or the range of exponents.
func (p *literal) decimal() (Decimal, bool) {
	exp, ok := p.exponent()
	digits := strings.TrimLeft(p.whole+p.frac, "0")
	trimmed := strings.TrimRight(digits, "0")
	exp += len(digits) - len(trimmed) - len(p.frac)
	if trimmed == "" {
		return Decimal{}, true
	}
	if !ok || len(trimmed) > 19 || exp < minExp {
		return Decimal{}, false
	}
	var coef uint64
	for _, c := range []byte(trimmed) {
		coef = coef*10 + uint64(c-'0')
	}
	return canonical(p.sign == '-', coef, exp), true
}

// exponent returns the exponent; false when it is out of range for every number.
func (p *literal) exponent() (int, bool) {
	digits := strings.TrimLeft(p.exp, "0")
	if len(digits) > 6 {
		return 0, false
	}
	n := 0
	for _, c := range []byte(digits) {
		n = n*10 + int(c-'0')
	}
	if p.expSign == '-' {
		n = -n
	}
	return n, true
}
