package api

import "time"

// Limits of the wire contract.
const (
	maxPayload       = 128 << 10 // bytes of a message, a state or an event
	maxTagValue      = 500       // characters
	maxTags          = 100       // in one request
	maxName          = 200       // characters of a user's name, a type, a state's name
	maxDescription   = 2000      // characters of a bot's description
	maxURL           = 40_000    // characters of a picture's address, which may hold the picture
	maxProperties    = 16 << 10  // bytes of all names and values
	maxImport        = 100       // messages of one call
	maxIdentifier    = 200       // characters
	maxConfiguration = 20 << 10  // bytes of a bot's configuration
	maxCode          = 50 << 20  // bytes
	maxSecret        = 20_000    // bytes
	maxExpiry        = 30 * 24 * time.Hour
	maxSchedule      = 366 * 24 * time.Hour

	defaultPage = 20
	maxPage     = 100

	retryFull = 30 * time.Second
)
