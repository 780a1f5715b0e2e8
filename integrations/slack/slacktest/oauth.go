package slacktest

// grant is a person's consent that was not yet exchanged.
type grant struct{ redirect, challenge string }
