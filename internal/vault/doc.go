// Package vault encrypts values that are kept in the database: configurations,
// secrets, states with credentials.
//
// Values are sealed with AES-256-GCM under a data key, bound to the place where
// they are kept: a sealed value that is copied to another row is refused. Data
// keys are kept in the database, sealed in turn under the master key, which
// never is. A sealed value names its data key, so that keys can be replaced
// while the server runs.
//
// It does not know which values there are (package store) nor who may ask to
// replace keys (package api).
package vault
