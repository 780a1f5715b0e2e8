// Package delivery tells targets (bots and installations) what the store says
// they must be told. The truth is in the store; what this package holds in
// memory can be lost at any moment and is rebuilt from there.
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
//   - A lane that waits (back-off, a resting target, a hanging attempt) delays
//     no other lane, but for the bounded number of attempts that may run at a
//     time in all and to one target.
//   - What is paused (a target that is switched off) waits in the store,
//     without attempts, until Wake.
//   - What waits for a target is attempted at once when the target was mended:
//     see Wake.
//   - Every attempt has the same delivery id, and its number.
//   - An attempt that is cut short by a shut-down, or whose end could not be
//     written, happens again: at least once, never not at all.
//   - Memory is bounded: lanes beyond Config.MaxLanes stay in the store and
//     are read when others have emptied. When it is full, the target with the
//     most lanes gives way, so that a dead one keeps no other out.
package delivery
