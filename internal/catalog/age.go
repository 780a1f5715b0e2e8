package catalog

import "time"

// maxAge bounds how long a definition is used after it was read, in case that another process has changed it.
const maxAge = time.Minute

// expire forgets everything that may be older than maxAge.
func (c *Catalog) expire() {
	c.mu.RLock()
	old := time.Since(c.since) > maxAge
	c.mu.RUnlock()
	if old {
		c.Invalidate()
	}
}
