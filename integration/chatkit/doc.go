// Package chatkit is for authors of chat integrations. It has the parts that
// every vendor needs, so that an integration only contains what is particular to
// its vendor.
//
// # Inbound
//
// An update of the vendor becomes an Inbound: a user, a conversation and a
// message, each with the tags that identify it. Receive finds or creates all
// three in one transaction of the platform, and delivers the message once,
// however often the vendor repeats the update. DropFinal decides whether the
// vendor is asked to repeat an update that failed.
//
// # Outbound
//
// Messages turns the bot's messages into parts, one call of the vendor each, and
// sends them in order. The Journal records the vendor's ids in the tags of the
// message: a retry continues after the last part, and later edits, deletions and
// reactions find the message.
//
// # Errors
//
// Error is a failed call of the vendor. Refusals, the vendor's table of errors,
// completes it: retry or final, what to do, and the page that describes it.
// Classify turns it into the error that a handler returns.
//
// # Smaller parts
//
// Label and Shorten fit a text on a button, OptionRef and OptionValue carry the
// value of an option where the vendor has no room for it. FillTags and ClipTag
// fit tags into the platform's limits. ExtendSchema adds members to a standard
// message type, Interfaces declares the interfaces by which plugins find an
// integration, and Locks serializes code that reads and writes back.
//
// The packages next to this one do one thing each: integration/media serves the
// vendor's files without the vendor's token, integration/markdown writes text in
// the vendor's syntax, and integration/oauth serves the pages that connect an
// account.
package chatkit
