package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// counted is room without an end that counts what is held.
type counted struct{ now, most, taken int64 }

func (c *counted) Take(_ context.Context, size int64) (func(), error) {
	c.now += size
	c.taken++
	c.most = max(c.most, c.now)
	return func() { c.now -= size }, nil
}

// serving answers every call with the text.
func serving(t *testing.T, room backend.Room, text func() string) *rest.Client {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text())) }))
	t.Cleanup(server.Close)
	return open(t, rest.Options{Endpoint: server.URL, Room: room})
}

func TestAnAnswerIsWeighedBeforeItIsDecoded(t *testing.T) {
	type thing struct{ A, B, C, D, E, F, G, H string }
	var list struct{ Items []thing }
	for sentence, c := range map[string]struct {
		text    string
		refused bool
		asks    bool // for room
	}{
		"a small answer":                {text: `{"items":[{"a":"x"}]}`},
		"an usual page":                 {text: `{"items":[` + strings.Repeat(`{"a":"x","b":"y"},`, 99) + `{}]}`},
		"one long text":                 {text: `{"items":[{"a":"` + strings.Repeat("[,", 2<<20) + `"}]}`, asks: true},
		"a text with quotes in it":      {text: `{"items":[{"a":"` + strings.Repeat(`\"[,`, 1<<20) + `"}]}`, asks: true},
		"a thousand things":             {text: `{"items":[` + strings.Repeat(`{},`, 999) + `{}]}`, asks: true},
		"two million things in 8 MiB":   {text: `{"items":[` + strings.Repeat(`{},`, 2<<20) + `{}]}`, refused: true},
		"as many times nothing":         {text: `{"items":[` + strings.Repeat(`null,`, 1<<20) + `null]}`, refused: true},
		"twenty thousand in 60 KiB":     {text: `{"items":[` + strings.Repeat(`{},`, 20_000) + `{}]}`, refused: true},
		"many fields":                   {text: `{"items":[{` + strings.Repeat(`"z":1,`, 1<<20) + `"a":"x"}]}`, refused: true},
		"lists in lists, and no values": {text: strings.Repeat("[", 100_000), refused: true},
	} {
		t.Run(sentence, func(t *testing.T) {
			room := &counted{}
			_, err := serving(t, room, func() string { return c.text }).Do(t.Context(), read, &list)
			if got := err != nil && strings.Contains(err.Error(), "contains more values"); got != c.refused {
				t.Errorf("%v, want refused: %t", err, c.refused)
			}
			if c.refused && backend.ClassOf(err) != backend.Retryable {
				t.Errorf("class %v", backend.ClassOf(err))
			}
			if asked := room.taken > 0; !c.refused && asked != c.asks {
				t.Errorf("asked for room: %t, want %t", asked, c.asks)
			}
			if room.now != 0 {
				t.Errorf("%d bytes are still held after the call", room.now)
			}
		})
	}
}

func TestAPageKeepsItsRoomUntilItsItemsAreUsed(t *testing.T) {
	type thing struct{ A string }
	room, pages := &counted{}, 0
	c := serving(t, room, func() string {
		pages++
		return fmt.Sprintf(`{"items":[{"A":"%s"}],"next":"%d"}`, strings.Repeat("x", 3<<20), pages)
	})
	seen := 0
	for _, err := range rest.Pages(t.Context(), func(ctx context.Context, _ string) (rest.Page[thing], error) {
		var out struct {
			Items []thing
			Next  string
		}
		_, err := c.Do(ctx, read, &out)
		return rest.Page[thing]{Items: out.Items, Next: out.Next}, err
	}) {
		if err != nil {
			t.Fatal(err)
		}
		if room.now < 3<<20 || room.now > 4<<20 {
			t.Errorf("%d bytes are held while the item is used, want those of one page", room.now)
		}
		if seen++; seen == 5 {
			break
		}
	}
	if room.now != 0 {
		t.Errorf("%d bytes are held after the list was left", room.now)
	}
}

func TestAListOfTooManyRowsOrBytesIsAnErrorAndNoEnd(t *testing.T) {
	for sentence, c := range map[string]struct {
		rows int
		size int
		want string
		most int
	}{
		"rows":  {rows: 1000, size: 10, want: "a list does not end after 200000 items", most: 200_000},
		"bytes": {rows: 1, size: 8<<20 - 100, want: "a list does not end after 256 MiB", most: 33},
	} {
		t.Run(sentence, func(t *testing.T) {
			next := 0
			text := strings.Repeat("x", c.size)
			client := serving(t, nil, func() string { return `"` + text + `"` })
			seen, last := 0, error(nil)
			for _, err := range rest.Pages(t.Context(), func(ctx context.Context, _ string) (rest.Page[int], error) {
				var out string
				_, err := client.Do(ctx, read, &out)
				next++
				return rest.Page[int]{Items: make([]int, c.rows), Next: fmt.Sprint(next)}, err
			}) {
				if last = err; err == nil {
					seen++
				}
			}
			if last == nil || last.Error() != c.want || backend.ClassOf(last) != backend.Retryable || seen > c.most {
				t.Errorf("%v after %d items, want %q", last, seen, c.want)
			}
		})
	}
}

func TestAListOfABackendThatIsGoneEndsWithAnError(t *testing.T) {
	gone, pages := false, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		gone = pages == 3 // While the page is on its way.
		_, _ = w.Write([]byte("{}"))
	}))
	defer server.Close()
	c := open(t, rest.Options{Endpoint: server.URL, Gone: func() bool { return gone }})
	var last error
	for _, err := range rest.Pages(t.Context(), func(ctx context.Context, _ string) (rest.Page[int], error) {
		pages++
		_, err := c.Do(ctx, read, nil)
		return rest.Page[int]{Next: fmt.Sprint(pages)}, err
	}) {
		last = err
	}
	if _, err := c.Do(t.Context(), read, nil); err == nil || !strings.Contains(err.Error(), "not sent") {
		t.Errorf("%v of a read that comes after", err)
	}
	if last == nil || pages != 3 || backend.ClassOf(last) != backend.Retryable {
		t.Errorf("%v after %d pages, want an error after the third", last, pages)
	}
}
