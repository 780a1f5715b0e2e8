// Package platform is the platform API as its callers see it: the nouns (user,
// conversation, message, event, state, …), the table of operations, the one
// error that crosses every seam, and a client over any transport.
//
// JSON names and shapes are the public contract's, as the npm package
// @botpress/api has them. The package speaks to nobody itself: a Transport
// does, in process or over HTTP (package platformhttp).
package platform
