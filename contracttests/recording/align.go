package recording

// twin are the places of what is the same in two lists; -1 for what one of them lacks.
type twin struct{ a, b int }

// align finds what stands for what in two lists, in their order: the choice of pairs whose similarity is the highest in
// all. Two of similarity 0 are no pair.
func align(n, m int, similarity func(i, j int) int) []twin {
	best := make([][]int, n+1) // of what is behind i and j
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
	twins := []twin{}
	i, j := 0, 0
	for i < n || j < m {
		switch {
		case i < n && j < m && alike[i][j] > 0 && best[i][j] == best[i+1][j+1]+alike[i][j]:
			twins = append(twins, twin{i, j})
			i, j = i+1, j+1
		case i < n && best[i][j] == best[i+1][j]:
			twins = append(twins, twin{i, -1})
			i++
		default:
			twins = append(twins, twin{-1, j})
			j++
		}
	}
	return twins
}
