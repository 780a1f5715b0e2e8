package slack

// inFile is a file as Slack describes it.
type inFile struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Title    string `json:"title"`
	Mimetype string `json:"mimetype"`
	Mode     string `json:"mode"`
}

// file is what the bot gets of a file; nil for one that is gone.
func (h *happening) file(_ *inFile) *content { return nil }
