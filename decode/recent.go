// This file holds a map that forgets its oldest keys.

package decode

// recent is a map of the keys put last, as many as put allows. The zero value
// is empty.
type recent[K comparable, V any] struct {
	values map[K]V
	keys   []K // in the order in which they came; a ring once it is full
	oldest int
}

// put sets the value of k. With max keys in the map a new one takes the place of
// the oldest; max must always be the same.
func (r *recent[K, V]) put(k K, v V, max int) {
	if r.values == nil {
		r.values = make(map[K]V)
	}
	if _, again := r.values[k]; !again {
		if len(r.keys) < max {
			r.keys = append(r.keys, k)
		} else {
			delete(r.values, r.keys[r.oldest])
			r.keys[r.oldest] = k
			r.oldest = (r.oldest + 1) % max
		}
	}
	r.values[k] = v
}

func (r *recent[K, V]) get(k K) (V, bool) {
	v, ok := r.values[k]
	return v, ok
}

// each calls yield for every key, oldest first.
func (r *recent[K, V]) each(yield func(K, V)) {
	for i := range r.keys {
		k := r.keys[(r.oldest+i)%len(r.keys)]
		yield(k, r.values[k])
	}
}
