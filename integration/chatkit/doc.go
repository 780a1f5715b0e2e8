// Package chatkit is for authors of chat integrations: it has the parts that
// every vendor needs, so that an integration consists of what its vendor does
// differently.
//
//   - Errors. Error is a failed call of the vendor, Refusals the table of the
//     vendor's errors: retry or final, with a remedy and a source. Classify turns
//     an error into what a handler returns, DropFinal into what a webhook returns.
//   - Texts and tags. Label and Shorten fit a text on a button, FillTags and
//     ClipTag fit tags into the platform's limits.
//   - Options. OptionRef replaces the value of an option where the vendor has no
//     room for it, and OptionValue resolves the reference.
//   - Definition. ExtendSchema adds members to a standard message type,
//     Interfaces declares the interfaces that plugins find an integration by.
//   - Locks serialize the code that reads and writes back, by key.
//
// The packages next to it do one more thing each: integration/media serves the
// vendor's files without the vendor's token, integration/markdown writes text in
// the vendor's syntax, and integration/oauth serves the pages that connect an
// account.
package chatkit
