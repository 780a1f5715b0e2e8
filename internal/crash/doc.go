// Package crash holds the test that kills whole servers and bots, with
// SIGKILL, at random moments under load, again and again, while requests and
// answers are lost. Its client and its bot keep journals; package journal and
// the command checker say what these prove. It has no code of its own.
package crash
