package jsondiff

// A Pair contains the positions of an element in two lists, or -1 for a list that lacks it.
type Pair struct{ A, B int }

// Align pairs the elements of two lists in order, with the maximum total similarity. Elements of
// similarity 0 are never paired. It takes time proportional to n times m, so it pairs long lists by
// position.
func Align(n, m int, similarity func(i, j int) int) []Pair {
	const maxCells = 1 << 22
	if n*m > maxCells {
		return byPosition(n, m)
	}
	best := make([][]int, n+1) // of the elements from i and j on
	for i := range best {
		best[i] = make([]int, m+1)
	}
	alike := make([][]int, n)
	for i := n - 1; i >= 0; i-- {
		alike[i] = make([]int, m)
		for j := m - 1; j >= 0; j-- {
			alike[i][j] = similarity(i, j)
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if alike[i][j] > 0 {
				best[i][j] = max(best[i][j], best[i+1][j+1]+alike[i][j])
			}
		}
	}
	pairs := []Pair{}
	for i, j := 0, 0; i < n || j < m; {
		switch {
		case i < n && j < m && alike[i][j] > 0 && best[i][j] == best[i+1][j+1]+alike[i][j]:
			pairs = append(pairs, Pair{i, j})
			i, j = i+1, j+1
		case i < n && best[i][j] == best[i+1][j]:
			pairs = append(pairs, Pair{i, -1})
			i++
		default:
			pairs = append(pairs, Pair{-1, j})
			j++
		}
	}
	return pairs
}

func byPosition(n, m int) []Pair {
	pairs := make([]Pair, max(n, m))
	for i := range pairs {
		pairs[i] = Pair{i, i}
		if i >= n {
			pairs[i].A = -1
		}
		if i >= m {
			pairs[i].B = -1
		}
	}
	return pairs
}
