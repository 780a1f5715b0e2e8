package platform

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a span of time as settings write it: a number with a unit, such
// as "800ms", "15m", "1h30m" or "30d". A day has 24 hours.
type Duration time.Duration

const day = 24 * time.Hour

// String returns the shortest form: "15m", not "15m0s".
func (d Duration) String() string {
	t := time.Duration(d)
	if t >= day && t%day == 0 {
		return strconv.FormatInt(int64(t/day), 10) + "d"
	}
	s := t.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// MarshalJSON writes the span as a string.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// UnmarshalJSON reads a string; a bare number has no unit and is rejected.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("%.40s is not a duration; write a string with a unit, such as \"15m\" or \"30d\"", data)
	}
	parsed, err := parseDuration(s)
	if err != nil {
		return fmt.Errorf("%.40q is not a duration; write a number with a unit, such as \"800ms\", \"15m\" or \"30d\"", s)
	}
	*d = parsed
	return nil
}

func parseDuration(s string) (Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		const most = 100 * 366
		n, err := strconv.ParseUint(days, 10, 32)
		if err == nil && n > most {
			err = errors.New("too many days")
		}
		return Duration(time.Duration(n) * day), err
	}
	t, err := time.ParseDuration(s)
	return Duration(t), err
}
