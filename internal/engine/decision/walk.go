package decision

// domain is the number of values of each fact.
var domain = func() [factCount]int {
	var d [factCount]int
	for i := range d {
		d[i] = 2
	}
	for f, n := range map[fact]int{
		factCreation: 4, factDrift: 2, factDeletion: 3, factRemoteID: 3, factIntent: 5, factFound: 6,
		factOwner: 5, factTwin: 3, factPhase: 4, factChanges: 4, factIndex: 3,
	} {
		d[f] = n
	}
	return d
}()

// walk branches on every fact that visit reads, in every value, and returns the
// number of paths and of combinations they stand for.
func walk(visit func(r *reader)) (paths int, combinations uint64) {
	var order []fact
	value := map[fact]int{}
	for {
		choose := func(f fact) int {
			if v, ok := value[f]; ok {
				return v
			}
			order = append(order, f)
			value[f] = 0
			return 0
		}
		visit(&reader{choose: choose})
		paths++
		weight := uint64(1)
		for f := range factCount {
			if _, ok := value[f]; !ok {
				weight *= uint64(domain[f])
			}
		}
		combinations += weight
		for len(order) > 0 {
			last := order[len(order)-1]
			if value[last]+1 < domain[last] {
				value[last]++
				break
			}
			delete(value, last)
			order = order[:len(order)-1]
		}
		if len(order) == 0 {
			return paths, combinations
		}
	}
}
