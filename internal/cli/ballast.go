package cli

// ballastSize is some three times what a busy server keeps alive.
const ballastSize = 16 << 20

// ballast is memory for the garbage collector to count, and for nobody to use, so that the system never gives it. The
// collector runs when the heap has doubled; with a few megabytes alive that is dozens of times a second under load, a
// tenth of all work. With it the heap has some forty megabytes before that, and doubles as ever when more is alive.
func ballast() []byte { return make([]byte, ballastSize) }
