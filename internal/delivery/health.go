package delivery

import (
	"context"
	"errors"
)

// Check returns an error unless the dispatcher runs: Run has begun and not ended, and its state can be locked before ctx
// ends.
func (d *Dispatcher) Check(ctx context.Context) error {
	result := make(chan error, 1)
	go func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.ctx == nil {
			result <- errors.New("deliveries are not running")
			return
		}
		result <- nil
	}()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return errors.New("deliveries do not respond")
	}
}
