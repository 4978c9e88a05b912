package vendortest

import "testing"

// BenchmarkDecoding measures how long a driver takes for a page of rows: with the JSON around them, which read reads, and decode
// alone.
func BenchmarkDecoding(b *testing.B, page []byte, read, decode func(b *testing.B)) {
	b.Run("page", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		b.ReportAllocs()
		for b.Loop() {
			read(b)
			decode(b)
		}
	})
	read(b)
	b.Run("rows", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			decode(b)
		}
	})
}
