package tracker

import "github.com/dictrack/dictrack/decimal"

// jsonNumber is d as definition files can write it: int64 or float64, which is what data can hold too.
func jsonNumber(d decimal.Decimal) any {
	if n, ok := d.Int64(); ok {
		return n
	}
	return d.Float64()
}

func jsonNumbers(ds []decimal.Decimal) []any {
	list := make([]any, len(ds))
	for i, d := range ds {
		list[i] = jsonNumber(d)
	}
	return list
}

// storedNumber is d as it would be read back from a file.
func storedNumber(d decimal.Decimal) decimal.Decimal {
	if n, ok := d.Int64(); ok {
		return decimal.FromInt(n)
	}
	f, _ := decimal.FromFloat(d.Float64())
	return f
}
