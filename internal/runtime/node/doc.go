// Package node runs uploaded code, bundles in JavaScript, under Node: in
// processes of their own, which it starts when they are called, watches,
// replaces and stops.
//
// A process gets its code and its calls as frames over one socket, and no file:
// it may read next to nothing (see jail_linux.go). What it prints becomes
// lines of its owner's log. A process that crashes, hangs or grows too large is
// killed and started again, later and later; the calls that it had fail with an
// error that says why, so that whoever made them may try again. Nothing that a
// bundle does reaches another bundle or the server but calls of the API with
// the bundle's own token.
package node
