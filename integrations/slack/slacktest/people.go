package slacktest

// User is a person or an app of the workspace.
type User struct {
	ID, Name, RealName, DisplayName, FirstName, LastName string
	Email, Phone, Title, TZ, Picture, StatusText         string
	IsBot, IsAdmin, Deleted                              bool
	Updated                                              int64
}

// AddUser makes a user.
func (f *Fake) AddUser(u *User) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.users[u.ID] = u
}
