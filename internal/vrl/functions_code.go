package vrl

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/url"
	"strings"
)

func encodeBase16(c *invocation) (any, error) {
	s, err := c.string(0)
	if err != nil {
		return nil, err
	}
	return c.made(hex.EncodeToString([]byte(s)))
}

// charset returns the alphabet of base64 that an argument names.
func (c *invocation) charset(i int) (*base64.Encoding, error) {
	name, err := c.stringOr(i, "standard")
	if err != nil {
		return nil, err
	}
	switch name {
	case "standard":
		return base64.RawStdEncoding.Strict(), nil
	case "url_safe":
		return base64.RawURLEncoding.Strict(), nil
	}
	return nil, c.fail(`the charset must be "standard" or "url_safe"`)
}

func encodeBase64(c *invocation) (any, error) {
	s, err := c.string(0)
	if err != nil {
		return nil, err
	}
	padded, err := c.boolOr(1, true)
	if err != nil {
		return nil, err
	}
	encoding, err := c.charset(2)
	if err != nil {
		return nil, err
	}
	if padded {
		encoding = encoding.WithPadding(base64.StdPadding)
	}
	return c.made(encoding.EncodeToString([]byte(s)))
}

func decodeBase64(c *invocation) (any, error) {
	s, err := c.string(0)
	if err != nil {
		return nil, err
	}
	encoding, err := c.charset(1)
	if err != nil {
		return nil, err
	}
	// Padding may be missing or incomplete; line breaks are not skipped.
	if strings.ContainsAny(s, "\r\n") {
		return nil, c.fail("the value is not base64")
	}
	raw, err := encoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil {
		return nil, c.fail("the value is not base64")
	}
	return c.made(string(raw))
}

func encodePercent(c *invocation) (any, error) {
	s, err := c.text(0)
	if err != nil {
		return nil, err
	}
	if err := c.charge(c.at, 3*len(s)); err != nil {
		return nil, err
	}
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if ch := s[i]; isDigit(ch) || isNameStart(ch) && ch != '_' {
			b.WriteByte(ch)
		} else {
			b.Write([]byte{'%', digits[ch>>4], digits[ch&15]})
		}
	}
	return b.String(), nil
}

func decodePercent(c *invocation) (any, error) {
	s, err := c.string(0)
	if err != nil {
		return nil, err
	}
	return c.made(unescape(s))
}

// unescape replaces %XX; what is no such triple stays, and bytes that are not
// UTF-8 become replacement characters.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if raw, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				b.Write(raw)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return lossy(b.String())
}

// lossy replaces each maximal part of a broken character with one replacement
// character.
func lossy(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		n := validPrefix(s)
		b.WriteString(s[:n])
		if s = s[n:]; s == "" {
			break
		}
		b.WriteString("\uFFFD")
		s = s[brokenPrefix(s):]
	}
	return b.String()
}

func parseQueryString(c *invocation) (any, error) {
	s, err := c.string(0)
	if err != nil {
		return nil, err
	}
	object := map[string]any{}
	for pair := range strings.SplitSeq(strings.TrimPrefix(s, "?"), "&") {
		if pair == "" {
			continue
		}
		if err := c.charge(c.at, slot+len(pair)); err != nil {
			return nil, err
		}
		key, value, _ := strings.Cut(pair, "=")
		key, value = unescape(strings.ReplaceAll(key, "+", " ")), unescape(strings.ReplaceAll(value, "+", " "))
		switch old := object[key].(type) {
		case nil:
			object[key] = value
		case string:
			object[key] = []any{old, value}
		case []any:
			object[key] = append(old, value)
		}
	}
	return object, nil
}

// algorithms are those of hmac, by the names that the language gives them.
var algorithms = map[string]func() hash.Hash{
	"SHA1": sha1.New, "SHA-224": sha256.New224, "SHA-256": sha256.New, "SHA-384": sha512.New384, "SHA-512": sha512.New,
}

func hmacOf(c *invocation) (any, error) {
	value, err := c.string(0)
	if err != nil {
		return nil, err
	}
	key, err := c.string(1)
	if err != nil {
		return nil, err
	}
	name, err := c.stringOr(2, "SHA-256")
	if err != nil {
		return nil, err
	}
	algorithm := algorithms[name]
	if algorithm == nil {
		return nil, c.fail("the algorithm %s is not known", url.QueryEscape(name))
	}
	mac := hmac.New(algorithm, []byte(key))
	mac.Write([]byte(value))
	return c.made(string(mac.Sum(nil)))
}
