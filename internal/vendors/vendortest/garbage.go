package vendortest

import (
	"encoding/json"
	"strings"
	"testing"
)

// Fuzz feeds everything that an answer can be to try: its status, content type and bytes,
// after how many calls it comes, and whether it breaks off.
func (g *Garbler) Fuzz(f *testing.F, try func(t *testing.T, garbage Garbage)) {
	f.Helper()
	for _, body := range g.Bodies() {
		for i, bad := range spoiled(body) {
			f.Add(uint16(0), "application/json", []byte(bad), uint8(i%4), false)
		}
	}
	for i, body := range hopeless() {
		f.Add(uint16(0), "text/html; charset=utf-8", []byte(body), uint8(i%3), i%7 == 6)
		f.Add([]uint16{202, 204, 200, 300}[i%4], "application/json", []byte(body), uint8(i%3), false)
	}
	f.Fuzz(func(t *testing.T, status uint16, contentType string, body []byte, after uint8, cut bool) {
		if len(body) > 64<<10 {
			t.Skip("the size of answers is bounded elsewhere")
		}
		text := string(body)
		for i, secret := range g.Secrets {
			// A vendor that gives back what it was given.
			text = strings.ReplaceAll(text, []string{"{{secret}}", "{{token}}"}[min(i, 1)], secret)
		}
		try(t, Garbage{
			// Below 200 an answer is not the last one.
			Status: 200 + int(status)%800, ContentType: contentType, Body: text, After: int(after % 8), Cut: cut,
		})
	})
}

// spoiled are a good answer and what can become of it.
func spoiled(body string) []string {
	out := []string{body}
	for _, part := range []int{4, 2, 1} {
		out = append(out, body[:len(body)-1-(len(body)-1)/part/4*(part-1)])
	}
	var doc any
	if json.Unmarshal([]byte(body), &doc) != nil {
		return out
	}
	for _, change := range []func(any) any{
		onTexts(func(string) any { return 7.5 }),
		onTexts(func(string) any { return nil }),
		onTexts(func(s string) any { return s + "{{secret}}\n\x1b[31m" }),
		onTexts(func(s string) any { return []any{map[string]any{"id": s}} }),
		onTexts(func(s string) any { return strings.Repeat(s, 40) }),
		shuffled,
	} {
		raw, err := json.Marshal(change(doc))
		if err == nil {
			out = append(out, string(raw))
		}
	}
	return out
}

// onTexts replaces every text of a document.
func onTexts(f func(string) any) func(any) any {
	var walk func(any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case string:
			return f(v)
		case map[string]any:
			out := map[string]any{}
			for key, value := range v {
				out[key] = walk(value)
			}
			return out
		case []any:
			out := make([]any, 0, len(v))
			for _, value := range v {
				out = append(out, walk(value))
			}
			return out
		}
		return v
	}
	return walk
}

// shuffled makes lists of objects, and objects of lists.
func shuffled(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := []any{}
		for _, value := range v {
			out = append(out, shuffled(value))
		}
		return out
	case []any:
		out := map[string]any{}
		for _, value := range v {
			out["list"] = shuffled(value)
		}
		return out
	}
	return v
}

// hopeless are answers that no vendor of ours gives.
func hopeless() []string {
	rows := func(row string, n int) string { return "[" + strings.TrimSuffix(strings.Repeat(row+",", n), ",") + "]" }
	return []string{
		"", " ", "null", "{}", "[]", "true", "0", `""`, "[null]", "[{}]", `{"list":null}`, `{"list":[null,{}]}`, `{"values":null}`, `{"values":[null,{}]}`,
		`<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>{"list":[]}</body></html>`,
		"\xef\xbb\xbf{}", "\xff\xfe\x00", `{"id":"` + "\xff\xc0" + `"}`, `{"message":"` + "\xed\xa0\x80" + `\u0000\ud800"}`,
		strings.Repeat("[", 20_000), strings.Repeat(`{"list":`, 12_000), rows("{}", 250), rows("null", 250), rows(`{"id":"x"}`, 500),
		`{"list":[],"nextPageToken":"again"}`, `{"values":[],"next_page_token":"again","has_more":true}`, `{"values":[],"has_more":true}`,
		`{"list":` + rows("{}", 100) + `,"nextPageToken":"{{secret}}"}`,
		`{"id":1e999,"version":99999999999999999999999999}`, `{"code":3,"message":"bad {{secret}} and {{token}}","details":[]}`,
		`{"error":"maintenance"}`, `{"message":"maintenance","list":[]}`, `{"error":{"message":["x"]},"error_description":7}`,
		`{"detailCode":"400.1.404 Not found","trackingId":"t","messages":[{"locale":"en-US","text":"{{secret}}"}],"causes":[{"locale":"en","text":"no such thing"}]}`,
		`{"code":"Internal","message":"{{token}}","request_id":"` + strings.Repeat("r", 2000) + `","details":[{"field_violations":[{"field":"name","description":"taken"}]}]}`,
	}
}
