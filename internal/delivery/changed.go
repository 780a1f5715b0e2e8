package delivery

// Changed reports that bodies of unfinished deliveries in a lane were replaced:
// the next attempt has the new one. It is called after the commit and does not
// block.
func (d *Dispatcher) Changed(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.lanes[name]
	switch {
	case l == nil && d.reading.emptied != nil:
		d.reading.emptied[name] = true // what is being read may be the old body
	case l == nil:
	case l.busy:
		l.stale = true
	default:
		d.keep(l, nil) // it is read again when its turn comes
	}
}
