package delivery

import "time"

// fewFailures is how many failures in a row say nothing yet about a target.
const fewFailures = 2

// Failing returns the targets whose last attempts all failed, more than a few,
// with the time of the first of those, and the targets of Watch that have taken
// an attempt, or refused it, since the last call.
func (d *Dispatcher) Failing() (since map[string]time.Time, recovered []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, t := range d.targets {
		if t.failures > fewFailures {
			if since == nil {
				since = map[string]time.Time{}
			}
			since[key] = t.failingSince
		}
	}
	recovered, d.recovered = d.recovered, nil
	return since, recovered
}

// Watch has Failing report once when a target takes an attempt again.
func (d *Dispatcher) Watch(target string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.watched == nil {
		d.watched = map[string]bool{}
	}
	d.watched[target] = true
}

// answered records that a target took an attempt, or refused it.
func (d *Dispatcher) answered(t *target) {
	t.failures, t.rest, t.failingSince = 0, 0, time.Time{}
	if d.watched[t.key] {
		delete(d.watched, t.key)
		d.recovered = append(d.recovered, t.key)
	}
}
