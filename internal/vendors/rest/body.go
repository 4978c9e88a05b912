package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/governance-operator/governance-operator/internal/backend"
)

const (
	// small answers are read without asking for room.
	smallBody = 128 << 10
	// largeBody is where the second step ends in which a large answer is read.
	largeBody = 1 << 20
	// smallWeight is what the values of an answer may weigh without asking for room.
	smallWeight = 512 << 10
	// mostWeight is what the values of one answer may weigh: far more than a page of a hundred.
	mostWeight = 16 << 20
)

// What a value takes at most once it is decoded, beside its text: an element of a list is a struct
// of its own, and a field is a part of one. A short text may stand for the largest struct, as {} and null
// do; a longer one fills its own fields, and takes so many times its bytes.
const (
	elementWeight = 1 << 10
	fieldWeight   = 64
	shortElement  = 48
	timesItsText  = 4
)

// errTooMuch: the values of an answer would take too much memory.
var errTooMuch = errors.New("the answer contains more values than any page or object of a vendor")

// body reads an answer of at most responseLimit bytes, and one more where it is longer. A large one waits
// for room first, and keeps it until the context's holding ends.
func (c *Client) body(ctx context.Context, res *http.Response) ([]byte, error) {
	var data bytes.Buffer
	release := func() {}
	defer func() { release() }()
	for _, step := range []int64{smallBody, largeBody, responseLimit} {
		if step > smallBody {
			release()
			size := step
			if res.ContentLength > 0 {
				size = min(size, res.ContentLength)
			}
			var err error
			if release, err = c.take(ctx, 2*size); err != nil {
				release = func() {}
				return nil, err
			}
		}
		if n, err := io.CopyN(&data, res.Body, step-int64(data.Len())); err != nil {
			if n >= 0 && errors.Is(err, io.EOF) {
				break
			}
			return nil, err
		}
	}
	if int64(data.Len()) == responseLimit {
		_, _ = io.CopyN(&data, res.Body, 1) // One more means that it is longer.
	}
	noteBytes(ctx, data.Len(), c.gone != nil && c.gone())
	if data.Len() > responseLimit {
		return data.Bytes(), nil
	}
	weight := weigh(data.Bytes())
	switch {
	case weight > mostWeight:
		return nil, errTooMuch
	case weight <= smallWeight && data.Len() <= smallBody:
		return data.Bytes(), nil
	}
	release()
	var err error
	if release, err = c.take(ctx, weight); err != nil {
		release = func() {}
		return nil, err
	}
	backend.HoldOn(ctx, release)
	release = func() {}
	return data.Bytes(), nil
}

func (c *Client) take(ctx context.Context, size int64) (func(), error) {
	if c.room == nil {
		return func() {}, nil
	}
	return c.room.Take(ctx, size)
}

// weigh says what the values of a JSON text take at most once they are decoded. It does not check the text.
func weigh(data []byte) int64 {
	weight := int64(len(data))
	var open []opened
	quoted, escaped := false, false
	begin := func(at int) {
		if len(open) > 0 && open[len(open)-1].list {
			open[len(open)-1].element = at
			weight += elementWeight
			return
		}
		weight += fieldWeight
	}
	end := func(at int) { // Only now it is known how long the element is.
		if len(open) > 0 && open[len(open)-1].list {
			weight -= elementWeight - element(at-open[len(open)-1].element)
		}
	}
	for i, b := range data {
		switch {
		case escaped:
			escaped = false
		case quoted:
			quoted, escaped = b != '"', b == '\\'
		case b == '"':
			quoted = true
		case b == '[', b == '{':
			open = append(open, opened{list: b == '['})
			begin(i + 1) // The first one in it; a comma stands before each other.
		case b == ',':
			end(i)
			begin(i + 1)
		case (b == ']' || b == '}') && len(open) > 0:
			end(i)
			open = open[:len(open)-1]
		}
		if weight > mostWeight {
			return weight
		}
	}
	return weight
}

// opened is a list or an object whose end was not seen yet, and where the last element of the list began.
type opened struct {
	list    bool
	element int
}

// element is what an element of a list weighs whose text has so many bytes.
func element(size int) int64 {
	if size < shortElement {
		return elementWeight
	}
	return min(elementWeight, timesItsText*int64(size))
}
