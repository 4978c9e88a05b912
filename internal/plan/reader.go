package plan

import "sigs.k8s.io/controller-runtime/pkg/client"

// Reader reads the objects of a world, and what Use returned beside them. It takes no writes for a cluster.
func (w *World) Reader(beside []client.Object) client.Client {
	s := &store{beside: beside}
	for _, obj := range w.Objects() {
		s.put(obj)
	}
	return s
}
