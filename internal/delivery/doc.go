// Package delivery makes the attempts of deliveries to targets (bots and
// installations). The truth is in the store; what this package holds in memory
// can be lost at any moment and is rebuilt from there.
//
// A lane passes through these states; the verbs are functions of Dispatcher:
//
//	(store)  -> waiting    add, place   Notify after a commit, or take after a reading
//	(store)  -> asleep     add, sleep   its head backs off, or its target asked to wait
//	asleep   -> waiting    rouse, offer its time has come, Wake, or the circuit opened
//	waiting  -> busy       pump         it has its target's turn
//	busy     -> waiting    release      there is a next delivery, or the circuit is open
//	busy     -> asleep     release      the attempt failed: decide says for how long
//	busy     -> (store)    forget       it is empty, or paused
//	waiting, asleep -> (store)  evict   memory is full
//
// Those of a target's circuit are at type target.
//
// Invariants:
//
//   - A lane's deliveries are attempted in the order of their sequence, one at
//     a time, and the next one starts only after the end of the one before is
//     durable.
//   - The messages of a bot's conversation may follow each other in another
//     mode (Config.Concurrency): together in one turn, several at once, or each
//     cancelling the one before. Events keep their places between them.
//   - No two attempts of one delivery are under way at once: a lease is kept in
//     the row, and a call that was given up is waited for.
//   - A lane that waits (back-off, an open circuit, a hanging attempt) delays
//     no other lane, but for the bounded number of attempts that may run at a
//     time in all and to one target.
//   - What is paused (a target that is switched off or not connected) waits in
//     the store, without attempts, until Wake.
//   - What backs off is attempted at once when its target was fixed (Wake) or
//     answers again (closeCircuit).
//   - Every attempt has the same delivery id, and its number, a probe too.
//   - An attempt that is cut short by a shut-down, or whose end could not be
//     written, happens again: at least once, never not at all.
//   - No wait is longer because the wall clock was stepped: waits in memory run
//     on the monotonic clock, and a stored time is bounded by the wait that was
//     meant when it was stored (package clock).
//   - Memory is bounded: lanes beyond Config.MaxLanes stay in the store and
//     are read when others have emptied. When it is full, the target with the
//     most lanes gives way, so that a dead one keeps no other out.
//   - The store is read and written for an event only: a notification, an
//     attempt, a time that has come. A backlog that waits costs a probe a minute.
package delivery
