// Package vrl runs the part of the Vector Remap Language that integrations
// use in their identifier and link scripts: small programs without side
// effects that compute one value from one input.
//
// A program that the reference engine accepts has the same value here, or is
// refused with an error that names the place and what is not supported; the
// tests compare the two. Programs that the reference engine refuses when it
// compiles them, because an error could go unhandled or a type does not fit,
// may run here: what goes wrong is then an error of the run. In particular ??
// also stands in for null where its left side cannot fail. Steps, nesting,
// memory and what a run reads are bounded, shared values as often as they occur.
package vrl
