package slack

import (
	"hash/fnv"
	"sync"
)

// laneRoom is how many calls may wait in a lane; then who brings more waits.
const laneRoom = 100

// lanes do what they are given in its order by key, several keys at a time.
type lanes struct {
	queues []chan func()
	wg     sync.WaitGroup
}

func newLanes(n int) *lanes {
	l := &lanes{}
	for range n {
		queue := make(chan func(), laneRoom)
		l.queues = append(l.queues, queue)
		l.wg.Go(func() {
			for fn := range queue {
				fn()
			}
		})
	}
	return l
}

// do puts fn behind what was given for the key.
func (l *lanes) do(key string, fn func()) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails
	l.queues[h.Sum32()%uint32(len(l.queues))] <- fn
}

// wait lets what was given end. Nothing may be given any more.
func (l *lanes) wait() {
	for _, queue := range l.queues {
		close(queue)
	}
	l.wg.Wait()
}
