package passage

import (
	"cmp"
	"math"
	"slices"
)

// Place is where a passage is.
type Place struct {
	File     string
	Position int
}

// Hit is a passage that holds a word of the query.
type Hit struct {
	Place
	Times  int // the word is in it
	Length int // of the passage, in words
}

// Corpus is what is searched.
type Corpus struct {
	Passages int     // in all
	Average  float64 // words of a passage
}

// Scored is a passage with its score, from 0 to 1: the best possible one has
// every word of the query many times over.
type Scored struct {
	Place
	Score float64
}

// The usual constants of BM25: how soon more of a word counts less, and how
// much long passages count less.
const (
	saturation = 1.2
	shortness  = 0.75
)

// Rank orders passages by the hits of each word of the query, best first, and
// returns at most limit of them.
func (c Corpus) Rank(words [][]Hit, limit int) []Scored {
	scores := map[Place]float64{}
	best := 0.0
	for _, hits := range words {
		rare := math.Log(1 + (float64(c.Passages)-float64(len(hits))+0.5)/(float64(len(hits))+0.5))
		rare = max(rare, 0.01)
		best += rare * (saturation + 1)
		for _, h := range hits {
			times := float64(h.Times)
			long := 1 - shortness
			if c.Average > 0 {
				long += shortness * float64(h.Length) / c.Average
			}
			scores[h.Place] += rare * times * (saturation + 1) / (times + saturation*long)
		}
	}
	list := make([]Scored, 0, len(scores))
	for place, score := range scores {
		list = append(list, Scored{place, score / best})
	}
	slices.SortFunc(list, func(a, b Scored) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.File, b.File), cmp.Compare(a.Position, b.Position))
	})
	return list[:min(limit, len(list))]
}
