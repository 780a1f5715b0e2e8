// Package crash holds the test that kills a whole server, with SIGKILL, at
// random moments under load, again and again, and then looks whether every
// acknowledged message was delivered, in order, and repeats only under the
// same delivery id. It has no code of its own.
package crash
